"""Filters that see one place, scale and direction: Gabor's and Haar's."""

import math

import torch
from torch import Tensor

from striate.arithmetic.arguments import integer
from striate.filters.taps import odd, places, positive, single, weight_of


def gabor(
    wavelength: float = 6.0,
    orientations: int = 4,
    *,
    sigma: float | None = None,
    aspect: float = 0.5,
    phase: float = 0.0,
    size: int | None = None,
) -> Tensor:
    r"""Return a bank of plane waves under a Gaussian, (orientations, 1, size, size): models of simple cells.

    $$\exp\left(-\frac{x'^2 + \gamma^2 y'^2}{2 \sigma^2}\right) \cos\left(2 \pi \frac{x'}{\lambda} + \varphi\right)$$

    x' runs across the stripes. Each filter is made to add up to 0 by taking from it so much of its Gaussian, and scaled
    to an absolute sum of 1. Those of 0 and 90 degrees are separable.

    Args:
        wavelength: of the wave, in pixels.
        orientations: filters; filter i has its stripes at i / orientations of 180 degrees against the columns,
            anticlockwise: 0 sees vertical lines.
        sigma: standard deviation across the stripes, in pixels; half a wavelength if None.
        aspect: sigma across over sigma along the stripes.
        phase: of the wave at the middle, in degrees: 0 sees lines, 90 sees edges.
        size: taps an axis, odd; reaching 3 sigma across if None.

    Raises:
        ValueError: lengths not above 0, no orientation, or an even size.

    Source: J. G. Daugman, "Uncertainty relation for resolution in space, spatial frequency, and orientation optimized
    by two-dimensional visual cortical filters", 1985.

    >>> gabor(4.0, orientations=6).shape
    torch.Size([6, 1, 13, 13])
    """
    sigma = positive(wavelength, "wavelength") / 2 if sigma is None else positive(sigma, "sigma")
    positive(aspect, "aspect")
    size = 2 * math.ceil(3 * sigma) + 1 if size is None else odd(size)
    down, right = torch.meshgrid(places(size), places(size), indexing="ij")
    bank = []
    for index in range(integer(orientations, "orientations", 1)):
        angle = math.pi * index / orientations
        across, along = (
            right * math.cos(angle) - down * math.sin(angle),
            right * math.sin(angle) + down * math.cos(angle),
        )
        bell = torch.exp(-(across**2 + (aspect * along) ** 2) / (2 * sigma**2))
        wave = bell * torch.cos(2 * math.pi * across / wavelength + math.radians(phase))
        wave = wave - bell * (wave.sum() / bell.sum())
        bank.append(wave / wave.abs().sum())
    return single(torch.stack(bank)[:, None])


def haar() -> Tensor:
    """Return Haar's four wavelets of two by two pixels, (4, 1, 2, 2): mean, and changes across, down and diagonal.

    They are orthonormal: with stride 2 the transposed convolution by the same weight gives the image back. Each is
    separable.

    Source: A. Haar, "Zur Theorie der orthogonalen Funktionensysteme", 1910.

    >>> haar()[:, 0].flatten(1)
    tensor([[ 0.5000,  0.5000,  0.5000,  0.5000],
            [-0.5000,  0.5000, -0.5000,  0.5000],
            [-0.5000, -0.5000,  0.5000,  0.5000],
            [ 0.5000, -0.5000, -0.5000,  0.5000]])
    """
    signs = ([[1, 1], [1, 1]], [[-1, 1], [-1, 1]], [[-1, -1], [1, 1]], [[1, -1], [-1, 1]])
    return single(torch.cat([weight_of(rows) for rows in signs]) / 2)
