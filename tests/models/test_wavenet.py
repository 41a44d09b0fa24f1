import pytest
import torch

from striate.models import create
from striate.models.wavenet import GatedBlock, WaveNet, decode_levels, encode_levels


@pytest.fixture
def model():
    torch.manual_seed(0)
    return WaveNet(channels=8, gated=8, skips=12, classes=32, stacks=2, doublings=4).eval()


@pytest.fixture
def signal():
    return 2 * torch.rand(2, 1, 97, generator=torch.Generator().manual_seed(1)) - 1


def test_dilations_double_to_512_and_begin_again():
    with torch.device("meta"):
        model = create("wavenet")
    dilations = [block.filter.dilation[0] for block in model.blocks]
    assert dilations == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] * 3  # section 2.1
    assert model.receptive_field == 3 * 1023 + 2


def test_the_gate_is_equation_2(signal):
    torch.manual_seed(0)
    block = GatedBlock(1, 4, 3, dilation=2, passes=True)
    z = torch.tanh(block.filter(signal)) * torch.sigmoid(block.gate(signal))
    passed, skip = block.compute(signal, lambda layer, x: layer(x))
    torch.testing.assert_close(passed, signal + block.residual(z))
    torch.testing.assert_close(skip, block.skip(z))


def test_nothing_is_read_ahead_and_nothing_beyond_the_receptive_field(model, signal):
    model, signal = model.double(), signal.double().requires_grad_()
    (gradient,) = torch.autograd.grad(model(signal)[:, :, 60].sum(), signal)
    seen = gradient.abs().sum((0, 1)).nonzero().flatten()
    assert (seen.min().item(), seen.max().item()) == (60 - model.receptive_field + 1, 60)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("sizes", [(97,), (1,) * 97, (50, 1, 7, 39), (2, 95)])
def test_a_stream_gives_the_bits_of_the_whole(model, signal, sizes, dtype):
    model, signal = model.to(dtype), signal.to(dtype)
    stream = model.stream()
    with torch.no_grad():
        parts = [stream(chunk) for chunk in signal.split(sizes, dim=2)]
        torch.testing.assert_close(torch.cat(parts, 2), model(signal), rtol=0, atol=0)
        stream.reset()
        torch.testing.assert_close(stream(signal[..., :9]), model(signal)[..., :9], rtol=0, atol=0)


def test_levels_are_the_mu_law():
    x = torch.linspace(-1, 1, 401, dtype=torch.float64)
    squeezed = x.sign() * (1 + 255 * x.abs()).log() / torch.tensor(256.0).double().log()  # section 2.2
    assert torch.equal(encode_levels(x), ((squeezed + 1) / 2 * 255).round().long())
    levels = torch.arange(256)
    assert torch.equal(encode_levels(decode_levels(levels)), levels)
    assert encode_levels(torch.tensor([-1.0, 1.0]), 16).tolist() == [0, 15]


def test_the_loss_is_of_the_next_sample(model, signal):
    scores = torch.zeros(2, 32, 97)
    levels = encode_levels(signal[:, 0], 32)
    scores[:, :, :-1].scatter_(1, levels[:, None, 1:], 100.0)
    assert model.successor_loss(scores, signal).item() == pytest.approx(0, abs=1e-6)
    assert model.successor_loss(scores.flip(2), signal) > 1


@pytest.mark.parametrize("keyword", ["stacks", "doublings"])
def test_a_size_below_1_is_refused(keyword):
    with pytest.raises(ValueError, match=f"{keyword} must be at least 1, but got 0"):
        create("wavenet", **{keyword: 0})
