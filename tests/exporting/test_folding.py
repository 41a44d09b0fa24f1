import copy

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

import striate.nn as snn
from striate.exporting.folding import batch_norms, fold_batch_norms

EPSILON = torch.finfo(torch.float64).eps
NORMS = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d}


def stirred(model, seed=0):
    """The model with numbers of its own in every norm, as training leaves them."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for norm in model.modules():
            if isinstance(norm, tuple(NORMS.values())):
                norm.running_mean.normal_(generator=generator)
                norm.running_var.uniform_(0.3, 3, generator=generator)
                if norm.affine:
                    norm.weight.normal_(generator=generator)
                    norm.bias.normal_(generator=generator)
    return model.double().eval()


def drawn(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def bound(model, input):
    """What rounding may differ by: both ways of computing sum the same terms, rounded once each, and add five more."""
    layer, norm = model[0], model[1]
    large = copy.deepcopy(layer)
    with torch.no_grad():
        for parameter in large.parameters():
            parameter.abs_()
        sums = float(large(input.abs()).max()) + float(norm.running_mean.abs().max())
        scale = (norm.running_var + norm.eps).rsqrt() * (norm.weight.abs() if norm.affine else 1)
        shift = float(norm.bias.abs().max()) if norm.affine else 0.0
    terms = layer.weight[0].numel() * (layer.weight.shape[0] if isinstance(layer, nn.ConvTranspose2d) else 1)
    return 2 * (terms + 5) * EPSILON * (float(scale.max()) * sums + shift)


@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    ("build", "shape"),
    [
        (lambda bias: nn.Conv1d(4, 6, 3, groups=2, bias=bias), (2, 4, 9)),
        (lambda bias: snn.Conv2d(4, 6, 3, stride=2, padding="same", padding_mode="reflect", bias=bias), (2, 4, 9, 8)),
        (lambda bias: snn.Conv3d(2, 6, 2, bias=bias), (1, 2, 4, 5, 3)),
        (lambda bias: snn.DepthwiseConv2d(6, 3, bias=bias), (2, 6, 7, 7)),
        (lambda bias: nn.ConvTranspose2d(4, 6, 3, stride=2, bias=bias), (2, 4, 5, 4)),
        (lambda bias: snn.ConvTranspose2d(4, 6, 3, stride=2, groups=2, padding=1, bias=bias), (2, 4, 5, 4)),
        (lambda bias: snn.ConvTranspose2d(6, 6, 2, stride=2, groups=6, bias=bias), (2, 6, 3, 3)),
        (lambda bias: nn.Linear(5, 6, bias=bias), (4, 5)),
    ],
    ids=[
        "1d groups",
        "2d same",
        "3d",
        "depthwise",
        "transposed",
        "transposed groups",
        "transposed depthwise",
        "linear",
    ],
)
def test_it_is_the_same_function_to_rounding(build, shape, bias, affine):
    torch.manual_seed(2)
    model = stirred(nn.Sequential(build(bias), NORMS[max(1, len(shape) - 2)](6, affine=affine)))
    input = drawn(*shape)
    folded = fold_batch_norms(model, input)
    assert (batch_norms(model), batch_norms(folded)) == (1, 0)
    with torch.no_grad():
        expected, found = model(input), folded(input)
    assert float((found - expected).abs().max()) <= bound(model, input)
    assert not torch.equal(found, model[0](input))  # the norm did something


def test_the_model_itself_stays_as_it_is():
    model = stirred(nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3))).train()
    before = copy.deepcopy(model.state_dict())
    folded = fold_batch_norms(model, drawn(2, 1, 5, 5))
    assert model.training
    assert not folded.training
    for key, value in model.state_dict().items():
        torch.testing.assert_close(value, before[key], rtol=0, atol=0)


def test_max_pooling_between_is_passed_where_no_sign_turns():
    model = stirred(nn.Sequential(nn.Conv2d(1, 3, 3), snn.MaxPool2d(2, padding=1), nn.BatchNorm2d(3)))
    input = drawn(2, 1, 9, 9)
    with torch.no_grad():
        model[2].weight.abs_()
        folded = fold_batch_norms(model, input)
        assert isinstance(folded[2], nn.Identity)
        torch.testing.assert_close(folded(input), model(input))
        model[2].weight[1] *= -1
    assert isinstance(fold_batch_norms(model, input)[2], nn.BatchNorm2d)


class Reread(nn.Sequential):
    """What the norm reads is read again."""

    def forward(self, input):
        read = self[0](input)
        return self[1](read) + read


class Twice(nn.Sequential):
    """One convolution before two norms."""

    def forward(self, input):
        return self[1](self[0](input)) + self[2](self[0](input + 1))


LEFT = {
    "read twice": Reread(nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3)),
    "called twice": Twice(nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3), nn.BatchNorm2d(3)),
    "parametrised": nn.Sequential(parametrizations.weight_norm(nn.Conv2d(3, 3, 1)), nn.BatchNorm2d(3)),
    "zeros where nothing is seen": nn.Sequential(snn.MaskedConv2d(3, 3, 1), nn.BatchNorm2d(3)),
    "no statistics": nn.Sequential(nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3, track_running_stats=False)),
    "norm first": nn.Sequential(nn.BatchNorm2d(3), nn.Conv2d(3, 3, 1)),
    "something between": nn.Sequential(nn.Conv2d(3, 3, 1), nn.ReLU(), nn.BatchNorm2d(3)),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_cannot_be_folded_stays(name):
    model, input = copy.deepcopy(LEFT[name]).double().eval(), drawn(2, 3, 4, 4)
    folded = fold_batch_norms(model, input)
    assert batch_norms(folded) == batch_norms(model)
    with torch.no_grad():
        torch.testing.assert_close(folded(input), model(input), rtol=0, atol=0)
