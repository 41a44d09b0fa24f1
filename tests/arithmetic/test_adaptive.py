import math

import pytest

from striate.arithmetic.adaptive import adaptive_size, adaptive_windows, fractional_size


def test_windows_are_even_shares_rounded_outwards():
    for n in range(1, 14):
        for outputs in range(1, 18):
            shares = [(math.floor(o * n / outputs), math.ceil((o + 1) * n / outputs)) for o in range(outputs)]
            windows = adaptive_windows(n, outputs)
            assert [(window.start, window.stop) for window in windows] == shares
            assert set().union(*windows) == set(range(n))  # nothing is left out


def test_none_keeps_an_axis():
    assert adaptive_size((4, None), (9, 7)) == (4, 7)
    assert adaptive_size(3, (9, 7)) == (3, 3)


@pytest.mark.parametrize(
    ("asked", "size", "message"),
    [
        (0, (9,), "output_size must be at least 1, but got 0"),
        ((1, 2), (9,), "output_size must be an int or 1 int, but got 2"),
        (2, (3, 0), r"input has no elements to pool: its spatial size is \(3, 0\)"),
    ],
)
def test_sizes_that_cannot_be(asked, size, message):
    with pytest.raises(ValueError, match=message):
        adaptive_size(asked, size)


def test_fractional_sizes():
    assert fractional_size((10, 7), (2, 3), output_ratio=(0.5, 0.6)) == (5, 4)
    assert fractional_size((10, 7), (2, 3), output_size=(9, 5)) == (9, 5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "give one of output_size and output_ratio, but got None and None"),
        ({"output_size": 2, "output_ratio": 0.5}, "give one of output_size and output_ratio, but got 2 and 0.5"),
        ({"output_ratio": 1.5}, "output_ratio must be a float between 0 and 1, or one an axis .1., but got 1.5"),
        ({"output_size": 10}, "10 elements with kernel size 2 has 1 to 9 outputs, but output_size is 10"),
        ({"output_ratio": 0.05}, "10 elements with kernel size 2 has 1 to 9 outputs, but output_ratio 0.05 gives 0"),
    ],
)
def test_fractional_sizes_that_cannot_be(arguments, message):
    with pytest.raises(ValueError, match=message):
        fractional_size((10,), (2,), **arguments)
