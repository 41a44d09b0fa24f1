import pytest
import strategies
import torch
from wrong_windows import WRONG

import striate.functional as SF
import striate.nn as snn

NDIMS = pytest.mark.parametrize("ndim", [1, 2, 3])


@NDIMS
def test_it_is_the_function(ndim):
    layer, input = getattr(snn, f"Unpool{ndim}d"), strategies.numbers((2, 3, *(3,) * ndim), 0)
    torch.testing.assert_close(layer(2)(input), SF.unpool(input, 2), rtol=0, atol=0)
    window = {"padding": 1, "dilation": 2}
    size = (5,) * ndim
    expected = SF.unpool(input, 3, 2, "average", output_size=(6,) * ndim, **window)
    result = layer(3, 2, "average", **window)(input, (6,) * ndim)
    torch.testing.assert_close(result, expected, rtol=0, atol=0)
    torch.testing.assert_close(layer(2, mode="corner")(input[0], size), layer(2, mode="corner")(input, size)[0])


def test_repr():
    text = "Unpool2d(kernel_size=2, stride=2, mode=corner, padding=0, dilation=1)"
    assert repr(snn.Unpool2d(2, mode="corner")) == text


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="mode must be one of 'nearest', 'corner', 'average', but got 'bilinear'"):
        snn.Unpool2d(2, mode="bilinear")


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_wrong_arguments_are_named_at_construction(arguments, message):
    with pytest.raises(ValueError, match=message):
        snn.Unpool2d(**arguments)
