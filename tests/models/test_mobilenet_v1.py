from fractions import Fraction

import pytest
import torch
from torch import nn

from striate.arithmetic import Geometry, convolution_cost
from striate.models import create
from striate.models.catalogue import multiply_adds


def figures(**keywords):
    """Parameters and multiply-adds in millions, as the paper's tables have them."""
    size = keywords.get("image_size", 224)
    with torch.device("meta"):
        model = create("mobilenet-v1", **keywords)
        cost = multiply_adds(model, torch.rand(1, 3, size, size))
    return sum(parameter.numel() for parameter in model.parameters()) / 1e6, cost / 1e6


def test_the_separable_and_the_full_network_are_those_of_table_4():
    parameters, cost = figures()
    assert (round(parameters, 1), round(cost)) == (4.2, 569)
    parameters, cost = figures(convolution="full")
    assert round(parameters, 1) == 29.3
    assert cost == pytest.approx(4866, rel=5e-4)  # 4867.3 here


@pytest.mark.parametrize(("width", "parameters", "cost"), [(0.75, 2.6, 325), (0.5, 1.3, 149), (0.25, 0.5, 41)])
def test_narrower_networks_are_those_of_table_6(width, parameters, cost):
    ours = figures(width=width)
    assert (round(ours[0], 1), round(ours[1])) == (parameters, cost)


@pytest.mark.parametrize(("size", "cost"), [(192, 418), (160, 290), (128, 186)])
def test_smaller_images_cost_what_table_7_says(size, cost):
    assert figures(image_size=size)[1] == pytest.approx(cost, abs=1)  # some of these are rounded down there


def test_every_layer_saves_what_the_formula_says():
    # Section 3.1: a separable layer over k x k has 1 / outputs + 1 / k^2 of the full one's weights and multiply-adds.
    with torch.device("meta"):
        separable, full = create("mobilenet-v1"), create("mobilenet-v1", convolution="full")
    for number in range(1, 14):
        layer = separable.get_submodule(f"layer{number}").convolution
        other = full.get_submodule(f"layer{number}").convolution
        formula = Fraction(1, other.out_channels) + Fraction(1, 9)
        weights = layer.depthwise.weight.numel() + layer.pointwise.weight.numel()
        assert Fraction(weights, other.weight.numel()) == formula
        assert Fraction(costs(layer.depthwise) + costs(layer.pointwise), costs(other)) == formula


def costs(layer):
    """Multiply-adds at an output of 14 x 14."""
    size = tuple(14 * stride for stride in layer.stride)
    geometry = Geometry.of(layer.kernel_size, layer.stride, "same")
    cost = convolution_cost(layer.in_channels, layer.out_channels, geometry, size, groups=layer.groups)
    return cost.forward.multiply_adds


def test_a_norm_and_a_rectifier_follow_both_halves():
    model = create("mobilenet-v1-mini")
    assert isinstance(model.layer1.convolution.norm, nn.BatchNorm2d)
    assert model.layer1.convolution.activation == "relu"
    assert [name for name, _ in model.layer1.named_children()] == ["convolution", "norm", "relu"]


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"image_size": 31}, r"image_size of mobilenet-v1 is at least \(32, 32\), but got \(31, 31\)"),
        ({"width": 0.02}, r"width must leave a channel of the first 32, but got 0.02; the least is 1/32"),
        ({"convolution": "half"}, "convolution must be one of 'separable', 'full', but got 'half'"),
    ],
)
def test_what_cannot_be_built(keywords, message):
    with pytest.raises(ValueError, match=message):
        create("mobilenet-v1", **keywords)
