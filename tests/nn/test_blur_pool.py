import pytest
import strategies
import torch

import striate.functional as SF
import striate.nn as snn

NDIMS = pytest.mark.parametrize("ndim", [1, 2, 3])


@NDIMS
def test_it_is_the_function(ndim):
    layer, input = getattr(snn, f"BlurPool{ndim}d"), strategies.numbers((2, 3, *(7,) * ndim), 0)
    torch.testing.assert_close(layer()(input), SF.blur_pool(input), rtol=0, atol=0)
    expected = SF.blur_pool(input, (5,) * ndim, 3, "same", padding_mode="symmetric")
    torch.testing.assert_close(layer(5, 3, "same", padding_mode="symmetric")(input[0]), expected[0])
    assert not list(layer().state_dict())


def test_repr():
    assert repr(snn.BlurPool2d()) == "BlurPool2d(kernel_size=3, stride=2, padding_mode=reflect)"
    assert repr(snn.BlurPool1d(padding=1)) == "BlurPool1d(kernel_size=3, stride=2, padding=1, padding_mode=reflect)"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_size": 0}, "kernel_size must be at least 1, but got 0"),
        ({"padding_mode": "edge"}, "padding_mode must be one of 'zeros', .* but got 'edge'"),
        ({"padding": "half"}, "padding must be one of 'valid', .* but got 'half'"),
    ],
)
def test_wrong_arguments_are_named_at_construction(arguments, message):
    with pytest.raises(ValueError, match=message):
        snn.BlurPool2d(**arguments)
