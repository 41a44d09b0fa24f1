import copy
import math

import pytest
import strategies
import torch

import striate.functional as SF
import striate.nn as snn

NDIMS = pytest.mark.parametrize("ndim", [1, 2, 3])


@NDIMS
def test_torchs_layer_with_the_true_norm(ndim):
    layer, torchs = getattr(snn, f"LpPool{ndim}d"), getattr(torch.nn, f"LPPool{ndim}d")
    assert isinstance(layer(2, 3), torchs)
    assert repr(layer(2, 3)).partition("(")[2] == repr(torchs(2, 3)).partition("(")[2]
    input, kernel = strategies.numbers((2, 3, *(7,) * ndim), 0), (3,) * ndim
    torch.testing.assert_close(layer(2, 3, 2)(input), torchs(2, 3, 2)(input))
    for p in (1, 3, math.inf):
        expected = SF.lp_pool(input, p, kernel, 2, True, padding="same", dilation=2)
        result = layer(p, 3, 2, True, padding="same", dilation=2)(input)
        torch.testing.assert_close(result, expected, rtol=0, atol=0)


def test_torchs_own_becomes_ours():
    torchs = copy.deepcopy(torch.nn.LPPool2d(2, 2))
    torchs.__class__ = snn.LpPool2d
    input = strategies.numbers((2, 3, 6, 6), 0)
    torch.testing.assert_close(torchs(input), SF.lp_pool(input, 2, 2))


def test_repr():
    text = "LpPool2d(norm_type=3, kernel_size=2, stride=1, ceil_mode=False, padding=same, dilation=2)"
    assert repr(snn.LpPool2d(3, 2, 1, padding="same", dilation=2)) == text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 2), "norm_type must be above 0"),
        ((2, 0), "kernel_size must be at least 1, but got 0"),
        ((2, 2, 0), "stride must be at least 1, but got 0"),
    ],
)
def test_wrong_arguments_are_named_at_construction(arguments, message):
    with pytest.raises(ValueError, match=message):
        snn.LpPool2d(*arguments)
