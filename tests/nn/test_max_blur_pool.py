import pytest
import strategies
import torch

import striate.functional as SF
import striate.nn as snn

NDIMS = pytest.mark.parametrize("ndim", [1, 2, 3])


@NDIMS
def test_it_is_the_function(ndim):
    layer, input = getattr(snn, f"MaxBlurPool{ndim}d"), strategies.numbers((2, 3, *(7,) * ndim), 0)
    torch.testing.assert_close(layer(2)(input), SF.max_blur_pool(input, 2), rtol=0, atol=0)
    expected = SF.max_blur_pool(input, 3, 2, 1, 2, blur_size=5, padding_mode="symmetric")
    result = layer(3, 2, 1, 2, blur_size=5, padding_mode="symmetric")(input)
    torch.testing.assert_close(result, expected, rtol=0, atol=0)


def test_repr():
    text = "MaxBlurPool2d(kernel_size=2, stride=2, padding=0, dilation=1, blur_size=3, padding_mode=reflect)"
    assert repr(snn.MaxBlurPool2d(2)) == text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_size": 0}, "kernel_size must be at least 1, but got 0"),
        ({"kernel_size": 2, "blur_size": 0}, "blur_size must be at least 1, but got 0"),
        ({"kernel_size": 2, "padding_mode": "edge"}, "padding_mode must be one of 'zeros', .* but got 'edge'"),
    ],
)
def test_wrong_arguments_are_named_at_construction(arguments, message):
    with pytest.raises(ValueError, match=message):
        snn.MaxBlurPool2d(**arguments)
