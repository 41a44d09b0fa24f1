"""The picture of a unit's receptive field over the input."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor

from striate.view.figure import INK, new_figure
from striate.view.receptive import UnitField

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SEEN, FELT = "#0072b2", "#d55e00"  # theoretical and effective, told apart by the colour-blind too


def draw(found: UnitField) -> "Figure":
    """Draw a receptive field over its input; see `UnitField.figure`."""
    ndim = len(found.size)
    if not 1 <= ndim <= 3:
        raise ValueError(f"a receptive field is drawn over 1 to 3 axes, but the input has {ndim}")
    if ndim == 1:
        figure = new_figure(6.0, 2.2)
        _curve(figure.subplots(), found)
    else:
        cuts = list(_cuts(found))
        figure = new_figure(3.4 * len(cuts), 3.7)
        for axes, (rows, columns, at) in zip(np.atleast_1d(figure.subplots(1, len(cuts))), cuts, strict=True):
            _slice(axes, found, rows, columns, at)
    named = f"unit {found.unit}" if found.unit else "a unit"
    felt = "" if found.extent is None else f", dashed: {found.share:.0%} of its gradient"
    title = f"{named} of {found.layer or 'the model'}\nblue: what it can see{felt}"
    figure.suptitle(title, fontsize=8, color=INK, x=0.02, ha="left")
    return figure


def _cuts(found: UnitField) -> Iterator[tuple[int, int, dict[int, int]]]:
    """Return the pairs of axes that are drawn, and where the others are cut."""
    ndim = len(found.size)
    middles = [
        places[len(places) // 2] if places else size // 2
        for places, size in zip(found.positions, found.size, strict=True)
    ]
    for left_out in reversed(range(ndim)) if ndim == 3 else [None]:
        rows, columns = (axis for axis in range(ndim) if axis != left_out)
        yield rows, columns, {} if left_out is None else {left_out: middles[left_out]}


def _cut(pixels: Tensor, at: dict[int, int], first: int) -> Tensor:
    for axis, position in at.items():
        pixels = pixels.select(first + axis, position)
    return pixels


def _slice(axes: "Axes", found: UnitField, rows: int, columns: int, at: dict[int, int]) -> None:
    """Draw one picture of two axes."""
    height, width = found.size[rows], found.size[columns]
    if found.image is not None:
        pixels = _cut(found.image.detach().cpu().float(), at, 1)
        shown = pixels.permute(1, 2, 0) if len(pixels) == 3 else pixels.mean(0)
        low, high = shown.aminmax()
        axes.imshow(((shown - low) / (high - low).clamp(min=1e-12)).numpy(), cmap="gray", alpha=0.6)
    if found.effective is not None:
        heat = _cut(found.effective.cpu(), at, 0).sqrt()  # the square root, or only the middle is seen
        heat = heat / heat.max().clamp(min=1e-300)
        axes.imshow(heat.numpy(), cmap="Oranges", alpha=heat.numpy() * 0.9, vmin=0, vmax=1)
    if found.positions[rows] and found.positions[columns]:
        _frame(axes, [found.positions[axis] for axis in (rows, columns)], SEEN, "-")
    if found.extent is not None:
        _frame(axes, [found.extent[axis] for axis in (rows, columns)], FELT, "--")
    axes.set_xlim(-0.5, width - 0.5)
    axes.set_ylim(height - 0.5, -0.5)
    axes.tick_params(labelsize=7)
    sizes = " x ".join(str(found.fields[axis].size) for axis in (rows, columns))
    cut = "".join(f", axis {axis} at {position}" for axis, position in at.items())
    axes.set_title(f"axes {rows} and {columns}{cut}: {sizes}", fontsize=7.5, color=INK)


def _frame(axes: "Axes", places: Sequence[Sequence[int]], colour: str, line: str) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415  matplotlib takes 0.3 s to import

    (top, bottom), (left, right) = ((run[0], run[-1]) for run in places)
    corner = (left - 0.5, top - 0.5)
    axes.add_patch(
        Rectangle(
            corner, right - left + 1, bottom - top + 1, fill=False, edgecolor=colour, linestyle=line, linewidth=1.5
        )
    )


def _curve(axes: "Axes", found: UnitField) -> None:
    """Draw one axis: the signal, the gradient, and the runs as bars."""
    (size,) = found.size
    if found.image is not None:
        signal = found.image.detach().cpu().float().mean(0)
        low, high = signal.aminmax()
        axes.plot(((signal - low) / (high - low).clamp(min=1e-12)).numpy(), color="#999999", linewidth=0.8)
    if found.effective is not None:
        heat = found.effective.cpu()
        height = (heat / heat.max().clamp(min=1e-300)).numpy()
        axes.fill_between(range(size), height, color=FELT, alpha=0.5, step="mid", linewidth=0)
    if found.positions[0]:
        axes.axvspan(found.positions[0][0] - 0.5, found.positions[0][-1] + 0.5, color=SEEN, alpha=0.12)
    if found.extent is not None:
        for edge in (found.extent[0].start - 0.5, found.extent[0].stop - 0.5):
            axes.axvline(edge, color=FELT, linestyle="--", linewidth=1.2)
    axes.set_xlim(-0.5, size - 0.5)
    axes.set_yticks([])
    axes.tick_params(labelsize=7)
    axes.set_title(f"axis 0: {found.fields[0].size}", fontsize=7.5, color=INK)
