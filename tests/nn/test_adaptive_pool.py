import pytest
import strategies
import torch

import striate.functional as SF
import striate.nn as snn

NDIMS = pytest.mark.parametrize("ndim", [1, 2, 3])


@NDIMS
@pytest.mark.parametrize("name", ["AdaptiveMaxPool", "AdaptiveAvgPool"])
def test_same_as_torchs(ndim, name):
    input = strategies.numbers((2, 3, *(10, 7, 5)[:ndim]), 0)
    for size in (3, 5, (5, None, 4)[:ndim]):
        ours, torchs = (getattr(room, f"{name}{ndim}d")(size) for room in (snn, torch.nn))
        assert isinstance(ours, type(torchs))
        assert repr(ours) == repr(torchs)
        torch.testing.assert_close(ours(input), torchs(input))
        torch.testing.assert_close(ours(input[0]), torchs(input[0]))


def test_indices():
    input = strategies.numbers((2, 3, 9), 0)
    for size in (3, 4):
        expected = torch.nn.AdaptiveMaxPool1d(size, return_indices=True)(input)
        torch.testing.assert_close(snn.AdaptiveMaxPool1d(size, return_indices=True)(input), expected, rtol=0, atol=0)


@NDIMS
def test_the_norm(ndim):
    layer, input = getattr(snn, f"AdaptiveLpPool{ndim}d")(3, 2), strategies.numbers((2, 3, *(5,) * ndim), 0)
    torch.testing.assert_close(layer(input), SF.adaptive_lp_pool(input, 3, 2), rtol=0, atol=0)
    assert repr(layer) == f"AdaptiveLpPool{ndim}d(norm_type=3, output_size=2)"


@pytest.mark.parametrize(
    "layer", [snn.AdaptiveMaxPool2d, snn.AdaptiveAvgPool2d, lambda size: snn.AdaptiveLpPool2d(2, size)]
)
def test_wrong_sizes_are_named_at_construction(layer):
    with pytest.raises(ValueError, match="output_size must be at least 1, but got 0"):
        layer(0)
    with pytest.raises(ValueError, match="output_size must be an int or 2 ints, one an axis, but got 3"):
        layer((2, 2, 2))
