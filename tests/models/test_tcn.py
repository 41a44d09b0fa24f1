import pytest
import torch

from striate.models import create
from striate.models.tcn import TCN


@pytest.fixture
def model():
    torch.manual_seed(0)
    return TCN(in_channels=2, classes=3, widths=(8, 8, 6), kernel_size=3).eval()


def test_eight_blocks_of_25_have_the_70_thousand_parameters_of_table_1():
    model = create("tcn")
    assert round(sum(parameter.numel() for parameter in model.parameters()), -4) == 70_000
    assert [block.first.dilation[0] for block in model.blocks] == [1, 2, 4, 8, 16, 32, 64, 128]


def test_weights_are_normalised(model):
    layer = model.blocks[0].first
    length, direction = layer.parametrizations.weight.original0, layer.parametrizations.weight.original1
    torch.testing.assert_close(layer.weight, length * direction / direction.norm(dim=(1, 2), keepdim=True))


def test_nothing_is_read_ahead_and_nothing_beyond_the_receptive_field(model):
    signal = torch.rand(1, 2, 80, dtype=torch.float64).requires_grad_()
    (gradient,) = torch.autograd.grad(model.double()(signal)[:, :, 50].sum(), signal)
    seen = gradient.abs().sum((0, 1)).nonzero().flatten()
    assert seen.max().item() == 50
    assert seen.min().item() >= 50 - model.receptive_field + 1 == 50 - 28


def test_whole_channels_are_dropped_in_training(model):
    block = model.train().blocks[0]
    block.drop.p = 0.5
    seen = []
    block.drop.register_forward_hook(lambda _, inputs, output: seen.append((inputs[0], output)))
    model(torch.rand(4, 2, 30))
    before, after = seen[0]
    dropped = (after == 0).all(2) & (before != 0).any(2)
    assert dropped.any()
    torch.testing.assert_close(after[~dropped], 2 * before[~dropped])


def test_a_stream_gives_the_bits_of_the_whole(model):
    signal = torch.rand(3, 2, 61)
    stream = model.stream()
    with torch.no_grad():
        parts = [stream(chunk) for chunk in signal.split((1, 20, 3, 37), dim=2)]
        torch.testing.assert_close(torch.cat(parts, 2), model(signal), rtol=0, atol=0)


def test_no_blocks_are_refused():
    with pytest.raises(ValueError, match="widths must have an entry for each block, at least one, but got none"):
        create("tcn", widths=())
