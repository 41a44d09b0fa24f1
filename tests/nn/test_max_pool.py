import pytest
import strategies
import torch
from wrong_windows import WRONG

import striate.functional as SF
import striate.nn as snn

NDIMS = pytest.mark.parametrize("ndim", [1, 2, 3])


@NDIMS
@pytest.mark.parametrize("arguments", [{}, {"stride": 1, "padding": 1}, {"ceil_mode": True}])
def test_same_as_torchs(ndim, arguments):
    ours, torchs = (getattr(room, f"MaxPool{ndim}d")(2, **arguments) for room in (snn, torch.nn))
    assert isinstance(ours, type(torchs))
    input = strategies.numbers((2, 3, *(7,) * ndim), 0)
    torch.testing.assert_close(ours(input), torchs(input), rtol=0, atol=0)
    torch.testing.assert_close(ours(input[0]), torchs(input[0]), rtol=0, atol=0)
    assert repr(ours) == repr(torchs)


@NDIMS
def test_what_torch_lacks(ndim):
    input, kernel, layer = strategies.numbers((2, 3, *(7,) * ndim), 0), (3,) * ndim, getattr(snn, f"MaxPool{ndim}d")
    torch.testing.assert_close(layer(3, 2, "same")(input), SF.max_pool(input, kernel, 2, "same"), rtol=0, atol=0)
    pairs = ((2, 0),) * ndim
    expected = SF.max_pool(input, kernel, 2, pairs, 2)
    torch.testing.assert_close(layer(3, 2, pairs, dilation=2)(input), expected, rtol=0, atol=0)


def test_indices():
    values, indices = snn.MaxPool2d(2, return_indices=True)(strategies.numbers((1, 2, 4, 4), 0))
    assert values.shape == indices.shape == (1, 2, 2, 2)


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_wrong_arguments_are_named_at_construction(arguments, message):
    with pytest.raises(ValueError, match=message):
        snn.MaxPool2d(**arguments)
