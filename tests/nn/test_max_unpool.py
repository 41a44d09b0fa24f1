import pytest
import strategies
import torch
from wrong_windows import WRONG

import striate.functional as SF
import striate.nn as snn

NDIMS = pytest.mark.parametrize("ndim", [1, 2, 3])


@NDIMS
def test_same_as_torchs(ndim):
    pool = snn.__dict__[f"MaxPool{ndim}d"](3, 2, 1, return_indices=True)
    values, indices = pool(strategies.numbers((2, 3, *(8,) * ndim), 0))
    ours, torchs = (getattr(room, f"MaxUnpool{ndim}d")(3, 2, 1) for room in (snn, torch.nn))
    assert isinstance(ours, type(torchs))
    assert repr(ours) == repr(torchs)
    size = [8] * ndim
    torch.testing.assert_close(ours(values, indices, size), torchs(values, indices, size), rtol=0, atol=0)
    torchs.__class__ = type(ours)  # what torch.nn built knows no dilation
    torch.testing.assert_close(torchs(values, indices, size), ours(values, indices, size), rtol=0, atol=0)


def test_what_torch_lacks():
    input = strategies.numbers((2, 3, 9, 8), 0)
    window = 3, 2, ((2, 0), (0, 1))
    values, indices = snn.MaxPool2d(*window, dilation=2, return_indices=True)(input)
    layer = snn.MaxUnpool2d(*window, dilation=2)
    expected = SF.max_unpool(values, indices, *window, (9, 8), dilation=2)
    torch.testing.assert_close(layer(values, indices, (9, 8)), expected, rtol=0, atol=0)
    assert repr(layer).endswith("padding=((2, 0), (0, 1)), dilation=2)")


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_wrong_arguments_are_named_at_construction(arguments, message):
    with pytest.raises(ValueError, match=message):
        snn.MaxUnpool2d(**arguments)
