"""The rows of Pascal's triangle: the smoothest filters of small size."""

from math import comb

from striate.arithmetic.arguments import integer


def binomial_filter(size: int) -> list[int]:
    """Return the binomial filter of `size` taps; they sum to `2 ** (size - 1)`.

    >>> binomial_filter(5)
    [1, 4, 6, 4, 1]
    """
    integer(size, "size", 1)
    return [comb(size - 1, tap) for tap in range(size)]
