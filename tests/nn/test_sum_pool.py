import pytest
import strategies
import torch
from wrong_windows import WRONG

import striate.functional as SF
import striate.nn as snn

NDIMS = pytest.mark.parametrize("ndim", [1, 2, 3])


@NDIMS
def test_it_is_the_function(ndim):
    input, kernel, layer = strategies.numbers((2, 3, *(7,) * ndim), 0), (3,) * ndim, getattr(snn, f"SumPool{ndim}d")
    for arguments in ((2, "same", 2), (2, ((1, 0),) * ndim)):
        expected = SF.sum_pool(input, kernel, *arguments)
        torch.testing.assert_close(layer(3, *arguments)(input), expected, rtol=0, atol=0)
        torch.testing.assert_close(layer(3, *arguments)(input[0]), expected[0], rtol=0, atol=0)
    expected = SF.sum_pool(input, kernel, ceil_mode=True)
    torch.testing.assert_close(layer(3, ceil_mode=True)(input), expected, rtol=0, atol=0)


def test_repr():
    text = "SumPool2d(kernel_size=2, stride=1, padding=same, dilation=1, ceil_mode=False)"
    assert repr(snn.SumPool2d(2, 1, "same")) == text


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_wrong_arguments_are_named_at_construction(arguments, message):
    with pytest.raises(ValueError, match=message):
        snn.SumPool2d(**arguments)
