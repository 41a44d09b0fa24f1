import pytest
import torch

import striate
from striate.models.up_paths import WAYS, doubling


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kernel_size", [2, 4])
def test_both_ways_double_the_image(way, kernel_size):
    assert doubling(way, 3, 5, kernel_size)(torch.rand(2, 3, 4, 7)).shape == (2, 5, 8, 14)
    assert doubling(way, 3, 5, kernel_size, bias=False).bias is None


def test_resizing_leaves_no_checkerboard():
    torch.manual_seed(0)
    assert striate.checkerboard_score(doubling("resize", 1, 1)) < striate.checkerboard_score(
        doubling("transposed", 1, 1)
    )


def test_an_unknown_way_is_refused():
    with pytest.raises(ValueError, match="up must be one of 'transposed', 'resize', but got 'sideways'"):
        doubling("sideways", 1, 1)
