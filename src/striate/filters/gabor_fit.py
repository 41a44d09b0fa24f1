"""How much of a filter is a Gabor function: localised, oriented and of one band of frequencies."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from striate.filters.taps import places

STEPS = 200
RATE = 0.05
FIRST_SIGMAS = (1.2, 2.5)  # pixels; each is tried from each of two places
SMALLEST_SIGMA = 0.5  # pixels; a narrower bell is one tap, which says nothing of its frequency
GRID = 64  # frequencies an axis among which the first is sought

GOOD_FIT = 0.7  # of R²: above it a filter is counted as a Gabor function


class GaborFit(NamedTuple):
    """The Gabor function nearest to each of K filters.

    Args:
        r2: share of the filter's sum of squares that it explains, from 0 to 1.
        frequency: of the wave, in cycles a pixel.
        angle: of the stripes against the columns, anticlockwise, in degrees from 0 to 180, as in `gabor`.
        sigma_across: standard deviation of the bell across the stripes, in pixels.
        sigma_along: along the stripes.
        row: of the bell's middle, in pixels from the filter's.
        column: likewise.
    """

    r2: Tensor
    frequency: Tensor
    angle: Tensor
    sigma_across: Tensor
    sigma_along: Tensor
    row: Tensor
    column: Tensor


def fit_gabor(weight: Tensor) -> GaborFit:
    r"""Fit a Gabor function to each filter by least squares.

    $$e^{-x'^2 / 2 \sigma_x^2 - y'^2 / 2 \sigma_y^2} (\alpha \cos 2 \pi f x' + \beta \sin 2 \pi f x')$$

    x' runs across the stripes. For given middle, frequency, direction and widths the best alpha and beta solve two
    linear equations; the other six numbers descend by Adam from four starts: the filter's strongest frequency, at its
    centre of energy and at its peak of energy, with a narrow and a wide bell. The best fit met is returned. A bell
    without a wave is the limit of low frequencies, and fits as well.

    Args:
        weight: (K, 1, H, W), none of them all zeros.

    Returns:
        (K,) of each.

    Raises:
        ValueError: another shape, or a filter of zeros.

    Source: J. P. Jones and L. A. Palmer, "An evaluation of the two-dimensional Gabor filter model of simple receptive
    fields in cat striate cortex", J. Neurophysiology 58(6), 1987.

    >>> from striate.filters import gabor
    >>> fit = fit_gabor(gabor(6.0, orientations=2, phase=90, size=13))
    >>> [round(value, 2) for value in fit.r2.tolist()], fit.angle.round().abs().tolist()
    ([1.0, 1.0], [0.0, 90.0])
    """
    if weight.ndim != 4 or weight.shape[1] != 1:
        raise ValueError(f"weight must be filters of one channel, (K, 1, H, W), but got {tuple(weight.shape)}")
    norm = weight.detach().flatten(1).double().norm(dim=1)
    if not (norm > 0).all():
        raise ValueError(f"weight has a filter of zeros, number {int((norm == 0).nonzero()[0])}: nothing fits it")
    pictures = weight[:, 0].detach().double() / norm[:, None, None]
    with torch.enable_grad():
        best, found = _descend(pictures)
    row, column, up, right, across, along = found.unbind(1)
    angle = torch.rad2deg(torch.atan2(-up, right)) % 180  # rows run downwards
    sides = weight.shape[2:]
    return GaborFit(best, torch.hypot(up, right), angle, _width(across, sides), _width(along, sides), row, column)


def _descend(pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Return the best share of each filter, (K,), and where it was met, (K, 6)."""
    count = len(pictures)
    starts = _starts(pictures)
    tries = starts.shape[1]
    numbers = starts.flatten(0, 1).requires_grad_()
    targets = pictures.repeat_interleave(tries, 0)
    optimizer = torch.optim.Adam([numbers], lr=RATE)
    best, found = torch.zeros(len(numbers), dtype=numbers.dtype), numbers.detach().clone()
    for _ in range(STEPS):
        optimizer.zero_grad()
        share = _share(targets, numbers)
        (-share.sum()).backward()
        better = share.detach() > best
        best = torch.where(better, share.detach(), best)
        found = torch.where(better[:, None], numbers.detach(), found)
        optimizer.step()
    best, choice = best.reshape(count, tries).max(1)
    return best.clamp(max=1.0), found.reshape(count, tries, 6)[torch.arange(count), choice]


def _starts(pictures: Tensor) -> Tensor:
    """Row, column, frequency down and right, logarithm of the widths across and along: (K, tries, 6)."""
    count, height, width = pictures.shape
    amplitude = torch.fft.rfft2(pictures, s=(GRID, GRID)).abs().flatten(1)
    amplitude[:, 0] = 0  # a wave of frequency 0 has no direction to descend from
    strongest = amplitude.argmax(1)
    up = torch.fft.fftfreq(GRID, dtype=torch.float64)[strongest // (GRID // 2 + 1)]
    right = torch.fft.rfftfreq(GRID, dtype=torch.float64)[strongest % (GRID // 2 + 1)]
    energy = pictures.square()
    down_places, right_places = places(height), places(width)
    centre = (energy.sum(2) @ down_places, energy.sum(1) @ right_places)
    peak = torch.nn.functional.avg_pool2d(energy[:, None], 3, 1, 1).flatten(1).argmax(1)
    starts = []
    for row, column in (centre, (down_places[peak // width], right_places[peak % width])):
        for sigma in FIRST_SIGMAS:
            width_start = torch.full((count,), math.log(sigma), dtype=torch.float64)
            starts.append(torch.stack([row, column, up, right, width_start, width_start], 1))
    return torch.stack(starts, 1)


def _share(targets: Tensor, numbers: Tensor) -> Tensor:
    """The share of each target, of norm 1, that lies in the plane of its cosine and sine under the bell."""
    row, column, up, right, across, along = (value[:, None, None] for value in numbers.unbind(1))
    sides = targets.shape[1:]
    down = places(sides[0])[:, None] - row
    over = places(sides[1]) - column
    frequency = (up.square() + right.square() + 1e-18).sqrt()
    x, y = (over * right + down * up) / frequency, (down * right - over * up) / frequency
    bell = torch.exp(-(x / _width(across, sides)).square() / 2 - (y / _width(along, sides)).square() / 2)
    phase = 2 * math.pi * frequency * x
    cosine, sine = bell * phase.cos(), bell * phase.sin()
    cc, ss, cs = ((one * other).sum((1, 2)) for one, other in ((cosine, cosine), (sine, sine), (cosine, sine)))
    c, s = ((targets * wave).sum((1, 2)) for wave in (cosine, sine))
    # The Gram matrix is singular where the wave is 0 or at Nyquist's frequency, and the sine with it.
    return (ss * c.square() - 2 * cs * c * s + cc * s.square()) / (cc * ss - cs.square() + 1e-9)


def _width(logarithm: Tensor, sides: tuple[int, ...]) -> Tensor:
    return logarithm.exp().clamp(SMALLEST_SIGMA, max(sides))
