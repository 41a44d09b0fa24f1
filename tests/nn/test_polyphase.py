import pytest
import strategies
import torch

import striate.functional as SF
import striate.nn as snn

NDIMS = pytest.mark.parametrize("ndim", [1, 2, 3])


@NDIMS
def test_it_is_the_function(ndim):
    layer, input = getattr(snn, f"AdaptivePolyphaseSampling{ndim}d"), strategies.numbers((2, 3, *(7,) * ndim), 0)
    values, phase = layer(3, 1, return_phase=True, padding_mode="zeros")(input)
    expected = SF.adaptive_polyphase_sampling(input, 3, 1, return_phase=True, padding_mode="zeros")
    torch.testing.assert_close((values, phase), expected, rtol=0, atol=0)
    torch.testing.assert_close(layer()(input[0]), layer()(input)[0], rtol=0, atol=0)
    other = strategies.numbers(input.shape, 1)
    aligned = SF.adaptive_polyphase_sampling(other, 3, phase=phase)
    torch.testing.assert_close(layer(3)(other, phase), aligned, rtol=0, atol=0)


def test_repr():
    text = "AdaptivePolyphaseSampling2d(stride=2, norm_type=2.0, padding_mode=circular)"
    assert repr(snn.AdaptivePolyphaseSampling2d()) == text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"stride": 0}, "stride must be at least 1, but got 0"),
        ({"norm_type": -2}, "norm_type must be above 0"),
        ({"padding_mode": "edge"}, "padding_mode must be one of 'zeros', .* but got 'edge'"),
    ],
)
def test_wrong_arguments_are_named_at_construction(arguments, message):
    with pytest.raises(ValueError, match=message):
        snn.AdaptivePolyphaseSampling2d(**arguments)
