"""Filters that answer to changes: their taps add up to 0."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from striate.arithmetic.arguments import integer
from striate.filters.taps import identity, odd, outer, places, positive, single, weight_of

_STEP = (-1.0, 0.0, 1.0)
_LINES = {
    0: [[-1, -1, -1], [2, 2, 2], [-1, -1, -1]],
    45: [[-1, -1, 2], [-1, 2, -1], [2, -1, -1]],
    90: [[-1, 2, -1], [-1, 2, -1], [-1, 2, -1]],
    135: [[2, -1, -1], [-1, 2, -1], [-1, -1, 2]],
}


def line(angles: int | Sequence[int] = (0, 45, 90, 135)) -> Tensor:
    """Return detectors of bright lines one pixel wide, (K, 1, 3, 3), one an angle; those of 0 and 90 are separable.

    Args:
        angles: of the lines against the rows, in degrees, anticlockwise: among 0 (horizontal), 45, 90 (vertical), 135.

    Raises:
        ValueError: another angle.

    Source: R. C. Gonzalez, R. E. Woods, "Digital Image Processing", section 10.2, line detection.

    >>> line(90).squeeze()
    tensor([[-1.,  2., -1.],
            [-1.,  2., -1.],
            [-1.,  2., -1.]])
    """
    angles = (angles,) if isinstance(angles, int) else tuple(angles)
    for angle in angles:
        if angle not in _LINES:
            raise ValueError(f"angles must be among {', '.join(map(str, _LINES))}, but got {angle}")
    return single(torch.cat([weight_of(_LINES[angle]) for angle in angles]))


def prewitt(*, ndim: int = 2) -> Tensor:
    """Return a derivative an axis, smoothed by (1, 1, 1) along the others, (ndim, 1, 3, ..., 3).

    Filter i differentiates along spatial axis i: of an image, 0 sees horizontal edges and 1 vertical ones. Each is
    separable.

    Source: J. M. S. Prewitt, "Object enhancement and extraction", 1970.

    >>> prewitt()[1, 0]
    tensor([[-1.,  0.,  1.],
            [-1.,  0.,  1.],
            [-1.,  0.,  1.]])
    """
    return _derivatives((1.0, 1.0, 1.0), ndim)


def sobel(*, ndim: int = 2) -> Tensor:
    """Return a derivative an axis, smoothed by (1, 2, 1) along the others, (ndim, 1, 3, ..., 3); see `prewitt`.

    Each is separable.

    Source: I. Sobel, G. Feldman, "A 3x3 isotropic gradient operator for image processing", 1968.

    >>> sobel()[0, 0]
    tensor([[-1., -2., -1.],
            [ 0.,  0.,  0.],
            [ 1.,  2.,  1.]])
    """
    return _derivatives((1.0, 2.0, 1.0), ndim)


def scharr(*, ndim: int = 2) -> Tensor:
    """Return a derivative an axis, smoothed by (3, 10, 3) along the others, (ndim, 1, 3, ..., 3); see `prewitt`.

    Of all smoothings of three taps its gradient's direction errs least. Each is separable.

    Source: H. Scharr, "Optimale Operatoren in der Digitalen Bildverarbeitung", 2000, table B.11.

    >>> scharr()[1, 0, 1]
    tensor([-10.,   0.,  10.])
    """
    return _derivatives((3.0, 10.0, 3.0), ndim)


def laplacian(*, diagonal: bool = False, ndim: int = 2) -> Tensor:
    """Return the sum of the second derivatives, (1, 1, 3, ..., 3); not separable.

    Args:
        diagonal: count every neighbour of the middle, not only those along the axes.
        ndim: spatial axes.

    >>> laplacian().squeeze()
    tensor([[ 0.,  1.,  0.],
            [ 1., -4.,  1.],
            [ 0.,  1.,  0.]])
    """
    ndim = integer(ndim, "ndim", 1)
    middle = identity(3, ndim)
    if diagonal:
        return single(1 - middle * 3**ndim)
    distance = torch.stack(torch.meshgrid(*[places(3).abs()] * ndim, indexing="ij")).sum(0)
    return single((distance == 1).double() - 2 * ndim * middle)


def laplacian_of_gaussian(sigma: float = 1.0, size: int | None = None, *, ndim: int = 2) -> Tensor:
    r"""Return the Laplacian of a Gaussian, (1, 1, *S): what a centre and its surround differ by, with signs turned.

    $$(r^2 / \sigma^4 - d / \sigma^2) \, g(r)$$ in d axes, with g as `gaussian` has it, less its mean.

    Args:
        sigma: standard deviation, in pixels.
        size: taps an axis, odd; reaching 4 sigma if None.
        ndim: spatial axes.

    Raises:
        ValueError: a `sigma` not above 0, or an even size.

    Source: D. Marr, E. Hildreth, "Theory of edge detection", 1980.

    >>> laplacian_of_gaussian(1.0).shape
    torch.Size([1, 1, 9, 9])
    """
    size = 2 * math.ceil(4 * positive(sigma, "sigma")) + 1 if size is None else odd(size)
    squares = torch.stack(torch.meshgrid(*[places(size) ** 2] * integer(ndim, "ndim", 1), indexing="ij")).sum(0)
    bell = torch.exp(-squares / (2 * sigma**2))
    taps = (squares / sigma**4 - ndim / sigma**2) * bell / bell.sum()
    return single((taps - taps.mean())[None, None])


def _derivatives(smoothing: Sequence[float], ndim: int) -> Tensor:
    across, along = torch.tensor(smoothing, dtype=torch.float64), torch.tensor(_STEP, dtype=torch.float64)
    axes = range(integer(ndim, "ndim", 1))
    return single(torch.cat([outer([along if axis == filter else across for axis in axes]) for filter in axes]))
