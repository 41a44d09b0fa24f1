"""Activation maximisation: an image that a unit answers strongly, made from noise."""

import math
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from striate.view.layers import as_input, evaluating, outputs, recording, spatial_rank
from striate.view.panels import LINES, draw_image, name_panel, new_panels
from striate.view.picture import Picture
from striate.view.projection import gradients
from striate.view.rectifiers import Rectifying, open_rule
from striate.view.units import Unit, checked_channel, checked_position

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_RATE = 0.05
_NOISE = 0.01  # of the spectrum to begin with: what a few steps outgrow


class Maximised(NamedTuple):
    """An image that excites a unit.

    Args:
        image: (C, *S).
        history: (steps + 1,), what the unit answered before each step and to the image.
        unit: layer, channel and position.
    """

    image: Tensor
    history: Tensor
    unit: Unit


def maximise(
    model: nn.Module,
    shape: Sequence[int],
    layer: str | nn.Module | None = None,
    channel: int = 0,
    position: Sequence[int] | None = None,
    *,
    steps: int = 200,
    norm: float | None = None,
    centre: float = 0.5,
    jitter: int | None = None,
    seed: int = 0,
) -> Picture[Maximised]:
    r"""Make an image of a fixed norm that a unit answers as strongly as can be.

    $$x = centre + norm \cdot u / \|u\|, \quad u = F^{-1}(z / \max(|f|, 1/n)), \quad z = \arg\max h(x)$$

    `h` is the unit's answer, `u` the image that the spectrum z stands for: low frequencies |f| move fastest, which
    keeps out the checks and dots that excite units without being seen. Adam climbs from noise; its steps shrink to 0.

    Args:
        model: any module; left as it was.
        shape: of the image, (C, *S); one to three axes S, of n elements in all.
        layer: a name or a module of the model, `"name:2"` being its second call. None: the last that has maps of more
            than one place.
        channel: of the layer.
        position: in its map; the middle if None.
        steps: of Adam.
        norm: of the image less its centre; a quarter of the root of its number of elements if None.
        centre: the image that is neither dark nor bright.
        jitter: at every step the image is shifted by up to so many elements an axis, around the border, so that what
            excites the unit does so a little beside it too; a 32nd of the shortest axis if None.
        seed: of noise and shifts.

    Returns:
        The picture of `Maximised`: the image (C, *S), the answers over the steps, the unit.

    Raises:
        ValueError: a layer, channel or position that does not exist, or a shape, steps, norm or jitter that makes
            no sense.

    Source: D. Erhan, Y. Bengio, A. Courville, P. Vincent, "Visualizing higher-layer features of a deep network", 2009;
    C. Olah, A. Mordvintsev, L. Schubert, "Feature visualization", Distill, 2017, for the spectrum and the shifts.

    >>> found = maximise(nn.Conv2d(1, 4, 3), (1, 8, 8), channel=2, steps=20).array
    >>> found.image.shape, bool(found.history[-1] > found.history[0])
    (torch.Size([1, 8, 8]), True)
    """
    rank = spatial_rank(model)
    if len(shape) != rank + 1 or min(shape) < 1:
        raise ValueError(f"shape is {tuple(shape)}, expected channels and {rank} spatial sizes, as in (1, 28, 28)")
    jitter = min(shape[1:]) // 32 if jitter is None else jitter
    for name, value, least in (("steps", steps, 1), ("jitter", jitter, 0)):
        if value < least:
            raise ValueError(f"{name} is {value}, expected at least {least}")
    if norm is not None and norm <= 0:
        raise ValueError(f"norm is {norm}, expected a number above 0")
    radius = math.sqrt(math.prod(shape)) / 4 if norm is None else norm
    generator = torch.Generator().manual_seed(seed)
    like = as_input(model, torch.zeros(1, *shape))
    weights = _weights(like)

    def image_of(spectrum: Tensor) -> Tensor:
        signal = torch.fft.irfftn(torch.view_as_complex(spectrum) * weights, s=like.shape[2:], dim=_axes(like))
        image: Tensor = centre + radius * signal / signal.norm()
        return image

    with evaluating(model), recording():
        noise = _NOISE * torch.randn((*like.shape[:2], *weights.shape, 2), generator=generator)
        spectrum = noise.to(like).requires_grad_()
        name, output, _ = outputs(model, image_of(spectrum).detach(), layer)
        unit = _chosen(output, name, channel, position)
        optimizer = torch.optim.Adam([spectrum])
        history = []
        for step in range(steps):
            optimizer.param_groups[0]["lr"] = _RATE * (1 - step / steps)
            shift = torch.randint(-jitter, jitter + 1, (like.ndim - 2,), generator=generator).tolist()
            shifted = torch.roll(image_of(spectrum), shift, _axes(like))
            answer, gradient = _climb(model, shifted, unit)
            history.append(answer)
            spectrum.grad = -torch.autograd.grad(shifted, spectrum, gradient)[0]  # Adam descends
            optimizer.step()
        image = image_of(spectrum.detach())
        history.append(unit.of(outputs(model, image, name)[1])[0].detach())
    found = Maximised(image[0].cpu(), torch.stack(history).cpu(), unit)
    return Picture(found, lambda: _draw(found))


def _climb(model: nn.Module, image: Tensor, unit: Unit) -> tuple[Tensor, Tensor]:
    """Return a unit's answer and its gradient by the image; through closed rectifiers too where it would be 0."""
    image = image.detach()
    for rectifiers in (nullcontext(), Rectifying(open_rule)):
        leaf = image.clone().requires_grad_()
        with rectifiers:
            answer = unit.of(outputs(model, leaf.clone(), unit.layer)[1])
        gradient = gradients(answer, leaf, torch.ones_like(answer), unit.layer)
        if gradient.any():
            break
    return answer.detach()[0], gradient


def _axes(image: Tensor) -> tuple[int, ...]:
    return tuple(range(2, image.ndim))


def _weights(image: Tensor) -> Tensor:
    """Return what each frequency of a real image's spectrum is multiplied by, 1 over its size."""
    *firsts, last = image.shape[2:]
    frequencies = [torch.fft.fftfreq(size) for size in firsts] + [torch.fft.rfftfreq(last)]
    squares = torch.stack(torch.meshgrid(*frequencies, indexing="ij")).square().sum(0)
    return (1 / squares.sqrt().clamp(min=1 / max(image.shape[2:]))).to(image)


def _chosen(output: Tensor, layer: str, channel: int, position: Sequence[int] | None) -> Unit:
    size = output.shape[2:]
    middle = tuple(length // 2 for length in size)
    place = middle if position is None else checked_position(position, size, layer)
    return Unit(layer, checked_channel(channel, output.shape[1], layer), place)


def _draw(found: Maximised) -> "Figure":
    figure, [[left, right]] = new_panels(1, 2, f"{found.unit}: {found.history[-1]:.3g}", width=2.4, height=2.4)
    draw_image(left, found.image)
    name_panel(left, "image that excites it")
    right.plot(found.history.float().numpy(), color=LINES[0], linewidth=1.2)
    name_panel(right, f"activation over {len(found.history) - 1} steps")
    return figure
