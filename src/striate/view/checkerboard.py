"""Checkerboards: how unevenly a layer with a stride treats neighbouring places."""

import copy
from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from striate.arithmetic.arguments import integer, integers

_LARGEST_PERIOD = 16
_IMAGES_AT_ONCE = 16  # 256 channels of 24 x 24 are 9 MB
_MOST_IMAGES = 32


class Checkerboard(NamedTuple):
    """How much of a layer's answer to a constant image, and of its gradient, is a periodic pattern; from 0 to 1.

    Args:
        response: of the output, over places that a stride apart are treated alike.
        gradient: of what the sum of an output channel sends back to the places of the input.
    """

    response: float
    gradient: float


def checkerboard_score(
    layer: nn.Module, channels: int | None = None, ndim: int | None = None, *, size: int | Sequence[int] = 24
) -> Checkerboard:
    r"""Measure the checkerboard that a layer draws by itself, on images that have none.

    $$score = \sqrt{\frac{\sum_{o, c, \varphi} (k_{oc\varphi} - \bar k_{oc})^2}{\sum_{o, c, \varphi} k_{oc\varphi}^2}}$$

    `k` is the answer of output channel o, less that to an image of zeros, to an image that is 1 everywhere in channel
    c, at places of one phase (their remainder by the period of each axis), and its mean over phases is subtracted. An
    upsampling layer has phases in its output, a layer with a stride in the gradient by its input. Only the middle
    third of the image counts, where the border does not reach. Of more than 32 channels c (for the gradient, o) 32 are
    asked, spread evenly.

    Args:
        layer: any module that takes (N, C, *S) to (N, O, *T); a copy of it is run, in evaluation mode.
        channels: C; the layer's `in_channels` where None.
        ndim: number of spatial axes; of the layer's `kernel_size` where None.
        size: spatial size of the constant image, an int or one an axis; a third of it must exceed the kernel's reach.

    Returns:
        The scores of the response and of the gradient. A transposed convolution of stride 2 with 3 equal taps on an
        axis has sums of 2 and 1 in turn: 0.32; `ResizeConv2d` has 0 whatever its weights.

    Raises:
        ValueError: channels or axes that the layer does not tell, sizes that follow no period up to 16, or an image too
            small for a period in its middle third.

    Source: A. Odena, V. Dumoulin, C. Olah, "Deconvolution and checkerboard artifacts", 2016.

    >>> score = checkerboard_score(nn.ConvTranspose2d(4, 4, 3, stride=2))
    >>> score.response > 0.1, score.gradient < 1e-6
    (True, True)
    """
    channels = integer(_told(layer, channels, "channels", "in_channels"), "channels", 1)
    ndim = integer(_told(layer, ndim, "ndim", "kernel_size"), "ndim", 1)
    sizes = integers(size, ndim, "size", 3)
    layer = copy.deepcopy(layer).eval()
    some = next((parameter for parameter in layer.parameters()), torch.zeros(()))
    zeros = torch.zeros(1, channels, *sizes, dtype=some.dtype, device=some.device)
    shapes_only = copy.deepcopy(layer).to("meta")
    periods = [_period(shapes_only, zeros, axis) for axis in range(ndim)]
    with torch.no_grad():
        nothing = layer(zeros)
        response = torch.cat([layer(_ones(zeros, part)) - nothing for part in _asked(channels).split(_IMAGES_AT_ONCE)])
    gradient = torch.cat([_gradients(layer, zeros, part) for part in _asked(response.shape[1]).split(_IMAGES_AT_ONCE)])
    return Checkerboard(
        _variation(response, [outputs for outputs, _ in periods]),
        _variation(gradient, [steps for _, steps in periods]),
    )


def _asked(channels: int) -> Tensor:
    """Return the channels that are asked: all, or some of many, spread evenly."""
    return torch.linspace(0, channels - 1, min(channels, _MOST_IMAGES)).round().long()


def _ones(zeros: Tensor, channels: Tensor) -> Tensor:
    """Return an image a channel, which is 1 everywhere in it."""
    images = zeros.repeat(len(channels), *(1,) * (zeros.ndim - 1))
    images[torch.arange(len(channels)), channels] = 1
    return images


def _gradients(layer: nn.Module, zeros: Tensor, channels: Tensor) -> Tensor:
    """Return, an image an output channel, what the channel's sum sends back to the input."""
    with torch.enable_grad():
        images = zeros.repeat(len(channels), *(1,) * (zeros.ndim - 1)).requires_grad_()
        sums = layer(images)[torch.arange(len(channels)), channels].sum()
    (gradient,) = torch.autograd.grad(sums, images)
    return gradient


def _told(layer: nn.Module, value: int | None, name: str, attribute: str) -> int:
    if value is not None:
        return value
    told: Any = getattr(layer, attribute, None)
    if isinstance(told, tuple):
        return len(told)
    if not isinstance(told, int) or attribute == "kernel_size":
        raise ValueError(f"{name} must be given for a {type(layer).__name__}, which has no {attribute} that tells it")
    return told


def _period(layer: nn.Module, zeros: Tensor, axis: int) -> tuple[int, int]:
    """Return the least (m, n) such that n more elements of input give m more of output, along an axis."""
    shape = zeros.shape

    def length(more: int) -> int:
        image = (*shape[: 2 + axis], shape[2 + axis] + more, *shape[3 + axis :])
        return int(layer(torch.empty(image, dtype=zeros.dtype, device="meta")).shape[2 + axis])

    lengths = [length(more) for more in range(2 * _LARGEST_PERIOD + 1)]
    for steps in range(1, _LARGEST_PERIOD + 1):
        gains = {lengths[i + steps] - lengths[i] for i in range(_LARGEST_PERIOD + 1)}
        if len(gains) == 1 and gains != {0}:
            return gains.pop(), steps
    raise ValueError(
        f"layer must have a size that grows with its input's in steps of at most {_LARGEST_PERIOD} along axis {axis}, "
        f"but inputs from {shape[2 + axis]} up give {lengths[:6]} and so on"
    )


def _variation(field: Tensor, periods: Sequence[int]) -> float:
    """Return the score of (A, B, *S): of the middle third, means over each phase, and how far they are from alike."""
    for axis, period in enumerate(periods, 2):
        repeats = field.shape[axis] // 3 // period
        if repeats < 1:
            raise ValueError(
                f"size is too small: the middle third of {field.shape[axis]} elements holds no period of {period} "
                f"along axis {axis - 2}; give a larger size"
            )
        start = field.shape[axis] // 3
        field = field.narrow(axis, start, repeats * period)
    every: list[tuple[Any, ...]] = [
        tuple(slice(phase, None, period) for phase, period in zip(place, periods, strict=True))
        for place in product(*map(range, periods))
    ]
    phases = [field[(..., *index)] for index in every]
    means = torch.stack([phase.flatten(2).mean(2) for phase in phases])
    total = float(means.square().sum())
    return float((means - means.mean(0)).square().sum() / total) ** 0.5 if total else 0.0
