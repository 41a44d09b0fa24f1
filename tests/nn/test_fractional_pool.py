import pytest
import strategies
import torch

import striate.functional as SF
import striate.nn as snn

NDIMS = pytest.mark.parametrize("ndim", [1, 2, 3])


@NDIMS
def test_samples_that_are_given(ndim):
    layer = getattr(snn, f"FractionalMaxPool{ndim}d")
    input, samples = strategies.numbers((2, 3, *(9,) * ndim), 0), torch.rand(2, 3, ndim)
    given = layer(2, output_ratio=0.7, return_indices=True, _random_samples=samples)
    expected = SF.fractional_max_pool(input, (2,) * ndim, None, 0.7, True, samples)
    torch.testing.assert_close(given(input), expected, rtol=0, atol=0)
    assert repr(given) == f"FractionalMaxPool{ndim}d(kernel_size={(2,) * ndim}, output_ratio={(0.7,) * ndim})"


@pytest.mark.parametrize("ndim", [2, 3])
def test_state_goes_to_torchs_layer_and_back(ndim):
    input, samples = strategies.numbers((2, 3, *(9,) * ndim), 0), torch.rand(2, 3, ndim)
    ours, torchs = (
        getattr(room, f"FractionalMaxPool{ndim}d")(2, output_size=5, _random_samples=torch.zeros(2, 3, ndim))
        for room in (snn, torch.nn)
    )
    assert isinstance(ours, type(torchs))
    torchs.load_state_dict({"_random_samples": samples})
    ours.load_state_dict(torchs.state_dict())
    torch.testing.assert_close(ours(input), torchs(input), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "give one of output_size and output_ratio, but got None and None"),
        ({"output_ratio": 2.0}, "output_ratio must be a float between 0 and 1, or one an axis .2., but got 2.0"),
        ({"output_size": 0}, "output_size must be at least 1, but got 0"),
    ],
)
def test_wrong_arguments_are_named_at_construction(arguments, message):
    with pytest.raises(ValueError, match=message):
        snn.FractionalMaxPool2d(2, **arguments)
