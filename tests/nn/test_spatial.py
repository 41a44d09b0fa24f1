import copy
import warnings

import pytest
import strategies
import torch

import striate.functional as SF
import striate.nn as snn


def test_a_layer_is_the_convolution_with_its_joined_kernel():
    layer = snn.SpatialSeparableConv2d(
        4, 6, (3, 5), 2, ((1, 2), (0, 3)), (1, 2), 2, padding_mode="constant", padding_value=0.5, mid_channels=8
    ).double()
    x = strategies.numbers((2, 4, 9, 12), 1, torch.float64)
    dense = snn.Conv2d(
        4, 6, (3, 5), 2, ((1, 2), (0, 3)), (1, 2), 2, padding_mode="constant", padding_value=0.5, dtype=torch.float64
    )
    with torch.no_grad():
        dense.weight.copy_(SF.join_kernel(list(layer.weights), 2))
        dense.bias.copy_(layer.bias)
    torch.testing.assert_close(layer(x), dense(x))


@pytest.mark.parametrize("groups", [1, 2])
def test_a_layer_made_of_a_kernel(groups):
    dense = snn.Conv2d(4, 6, 3, 2, "same", groups=groups, padding_mode="symmetric", dtype=torch.float64)
    layer = snn.SpatialSeparableConv2d.from_kernel(
        dense.weight, dense.bias, 2, "same", 1, groups, "symmetric", tolerance=1e-12
    )
    x = strategies.numbers((2, 4, 8, 9), 1, torch.float64)
    torch.testing.assert_close(layer(x), dense(x))
    assert layer.residual < 1e-12
    assert layer.weights[0].dtype == torch.float64
    rough = snn.SpatialSeparableConv2d.from_kernel(dense.weight, groups=groups, rank=1)
    assert rough.channels == (4, groups, 6)
    assert 0.1 < rough.residual < 1
    assert f"residual={rough.residual:.2g}" in repr(rough)
    assert rough.bias is None


def test_a_layer_of_any_rank_made_of_a_kernel():
    weight = strategies.numbers((2, 1, 2, 3, 2, 2), 0, torch.float64)
    layer = snn.SpatialSeparableConvNd.from_kernel(weight)
    x = strategies.numbers((1, 1, 4, 4, 4, 4), 1, torch.float64)
    torch.testing.assert_close(layer(x), SF.conv(x, weight), rtol=0, atol=1e-4)
    with pytest.raises(ValueError, match="weight must have 4 dimensions"):
        snn.SpatialSeparableConv2d.from_kernel(weight)


def test_the_repr_tells_what_is_special():
    plain = snn.SpatialSeparableConv2d(4, 6, 3, mid_channels=5)
    assert plain.extra_repr() == "4 -> 5 -> 6, kernel_size=(3, 3), stride=(1, 1)"
    text = repr(snn.SpatialSeparableConv3d(4, 6, 3, padding="same", groups=2, bias=False, dilation=2))
    assert "padding=same, dilation=(2, 2, 2), groups=2, bias=False" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_size": 0}, "kernel_size must be at least 1, but got 0"),
        ({"groups": 3}, "in_channels must be divisible by groups, but 4 is not divisible by 3"),
        ({"groups": 2, "mid_channels": 3}, r"mid_channels must be divisible by groups 2, but got \(3,\)"),
        ({"mid_channels": 0}, "mid_channels must be at least 1, but got 0"),
        ({"mid_channels": (2, 2)}, "mid_channels must be an int or 1 int, but got 2"),
        ({"padding_mode": "edge"}, r"padding_mode must be one of 'zeros', .* but got 'edge'"),
        ({"padding_value": 1.0}, "padding_value 1.0 needs padding_mode 'constant', but got 'zeros'"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        snn.SpatialSeparableConv2d(**{"in_channels": 4, "out_channels": 6, "kernel_size": 3, **arguments})


def test_one_axis_is_refused():
    with pytest.raises(ValueError, match="ndim must be at least 2, but got 1: one axis has nothing to be separated"):
        snn.SpatialSeparableConvNd(1, 2, 2, 3)


def lazily(make, *arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # torch says that lazy modules are new
        return make(*arguments, **options)


def test_a_lazy_layer_takes_a_state_before_its_first_input():
    whole = snn.SpatialSeparableConv2d(6, 4, 3, groups=2, mid_channels=2, flip=True)
    lazy = lazily(snn.LazySpatialSeparableConv2d, 4, 3, groups=2, mid_channels=2, flip=True)
    again = lazily(snn.LazySpatialSeparableConv2d, 4, 3, groups=2, mid_channels=2, flip=True)
    again.load_state_dict(lazy.state_dict())  # of layers that have seen nothing
    lazy.load_state_dict(whole.state_dict(), strict=True)
    x = strategies.numbers((1, 6, 5, 5), 0)
    torch.testing.assert_close(lazy(x), whole(x), rtol=0, atol=0)
    assert repr(lazy) == repr(whole)
    assert copy.deepcopy(again)(x).shape == (1, 4, 3, 3)


def test_what_a_lazy_layer_cannot_take():
    lazy = lazily(snn.LazySpatialSeparableConv3d, 4, 3, groups=2)
    with pytest.raises(ValueError, match=r"input must have 5 dimensions .* but got 2: \(3, 4\)"):
        lazy(torch.zeros(3, 4))
    with pytest.raises(ValueError, match="in_channels must be divisible by groups, but 3 is not divisible by 2"):
        lazy(torch.zeros(1, 3, 4, 4, 4))
