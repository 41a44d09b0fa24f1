import numpy as np
import pytest

from striate.arithmetic.binomial import binomial_filter


def test_each_is_the_one_before_smoothed_by_a_box():
    taps = np.array([1])
    for size in range(1, 9):
        assert binomial_filter(size) == taps.tolist()
        taps = np.convolve(taps, [1, 1])


def test_no_taps_are_refused():
    with pytest.raises(ValueError, match="size must be at least 1, but got 0"):
        binomial_filter(0)
