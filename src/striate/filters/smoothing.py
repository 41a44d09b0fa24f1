"""Filters that average: their taps add up to 1."""

import math

import torch
from torch import Tensor

from striate.arithmetic.arguments import integer
from striate.filters.taps import odd, outer, places, positive, single


def box(size: int = 3, *, ndim: int = 2) -> Tensor:
    """Return the mean of a window, (1, 1, *S); separable.

    Args:
        size: taps an axis.
        ndim: spatial axes.

    Raises:
        ValueError: a number below 1.

    >>> box(3).shape
    torch.Size([1, 1, 3, 3])
    """
    taps = torch.full((integer(size, "size", 1),), 1 / size, dtype=torch.float64)
    return single(outer([taps] * integer(ndim, "ndim", 1)))


def gaussian(sigma: float = 1.0, size: int | None = None, *, ndim: int = 2) -> Tensor:
    r"""Return a Gaussian, (1, 1, *S), separable, its taps $\exp(-x^2 / 2 \sigma^2)$ scaled to add up to 1.

    Args:
        sigma: standard deviation, in pixels.
        size: taps an axis, odd; reaching 3 sigma if None.
        ndim: spatial axes.

    Raises:
        ValueError: a `sigma` not above 0, or an even size.

    >>> gaussian(1.0).shape
    torch.Size([1, 1, 7, 7])
    """
    size = 2 * math.ceil(3 * positive(sigma, "sigma")) + 1 if size is None else odd(size)
    taps = torch.exp(-(places(size) ** 2) / (2 * sigma**2))
    return single(outer([taps / taps.sum()] * integer(ndim, "ndim", 1)))


def motion_blur(length: int = 9, angle: float = 0.0) -> Tensor:
    """Return the trace of a point that moves while the shutter is open, (1, 1, length, length).

    Each pixel has what a line of that length and of width 1 leaves of its area, as far as a tent over the distance from
    the line tells; the taps add up to 1. Along the rows or the columns it is separable.

    Args:
        length: of the way, in pixels, odd.
        angle: of the way against the rows, in degrees, anticlockwise.

    Raises:
        ValueError: an even length.

    >>> motion_blur(5).squeeze()[2]
    tensor([0.2000, 0.2000, 0.2000, 0.2000, 0.2000])
    """
    down, right = torch.meshgrid(places(odd(length, "length")), places(length), indexing="ij")
    along, across = _turned(down, right, angle)
    taps = (1 - across.abs()).clamp(min=0) * (length / 2 + 0.5 - along.abs()).clamp(0, 1)
    return single((taps / taps.sum())[None, None])


def _turned(down: Tensor, right: Tensor, angle: float) -> tuple[Tensor, Tensor]:
    """Return each place along and across a direction; rows count downwards, and angles upwards from them."""
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return right * cosine - down * sine, right * sine + down * cosine
