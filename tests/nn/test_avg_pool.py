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
    ours, torchs = (getattr(room, f"AvgPool{ndim}d")(2, **arguments) for room in (snn, torch.nn))
    assert isinstance(ours, type(torchs))
    input = strategies.numbers((2, 3, *(7,) * ndim), 0)
    torch.testing.assert_close(ours(input), torchs(input), rtol=0, atol=0)
    torch.testing.assert_close(ours(input[0]), torchs(input[0]), rtol=0, atol=0)
    if ndim > 1:  # torch's AvgPool1d turns its ints into tuples, its others do not
        assert repr(ours) == repr(torchs)


@NDIMS
def test_what_torch_lacks(ndim):
    input, kernel, layer = strategies.numbers((2, 3, *(7,) * ndim), 0), (3,) * ndim, getattr(snn, f"AvgPool{ndim}d")
    for ours, expected in (
        (layer(3, 2, "same_lower"), SF.avg_pool(input, kernel, 2, "same_lower")),
        (layer(3, 1, dilation=2), SF.avg_pool(input, kernel, 1, dilation=2)),
        (layer(3, divisor_override=2), SF.avg_pool(input, kernel, divisor_override=2)),
    ):
        torch.testing.assert_close(ours(input), expected, rtol=0, atol=0)


def test_repr():
    text = "AvgPool2d(kernel_size=3, stride=1, padding=same, dilation=2)"
    assert repr(snn.AvgPool2d(3, 1, "same", dilation=2)) == text


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_wrong_arguments_are_named_at_construction(arguments, message):
    with pytest.raises(ValueError, match=message):
        snn.AvgPool2d(**arguments)
