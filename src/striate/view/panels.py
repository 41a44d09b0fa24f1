"""Panels: images, maps and signals of one to three axes, each in its frame."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from striate.view.figure import INK, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FRAME = "#cccccc"
MARK = "#d55e00"  # vermillion of Okabe and Ito's palette, told from greys and blues by the colour-blind too
LINES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
SIGNED, UNSIGNED = "RdBu_r", "gray"


def new_panels(
    rows: int, columns: int, title: str, *, width: float = 0.9, height: float = 0.9, labels: float = 0.0
) -> "tuple[Figure, list[list[Axes]]]":
    """Return a figure with a title and a grid of framed panels.

    Args:
        rows: of panels.
        columns: of panels.
        title: one line.
        width: of a panel, in inches.
        height: of a panel, in inches; a name above it takes 0.2 more.
        labels: room on the left for the names of rows, in inches.
    """
    gap, name, head = 0.06, 0.2 if height > 1 else 0.06, 0.3
    across = max(labels + columns * (width + gap) + gap, 0.075 * len(title))
    down = head + rows * (height + name) + gap
    figure = new_figure(across, down)
    figure.set_layout_engine("none")  # the sizes are known; fitting a hundred axes takes seconds
    figure.text(gap / across, 1 - 0.08 / down, title, fontsize=9, color=INK, va="top")
    grid = []
    for row in range(rows):
        bottom = down - head - (row + 1) * (height + name)
        lefts = [labels + gap + column * (width + gap) for column in range(columns)]
        grid.append([figure.add_axes((left / across, bottom / down, width / across, height / down)) for left in lefts])
    for axes in figure.axes:
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_color(FRAME)
            spine.set_linewidth(0.5)
    return figure, grid


def name_panel(axes: "Axes", title: str, color: str = INK) -> None:
    """Write a few small words above a panel."""
    axes.set_title(title, fontsize=7.5, color=color, pad=3)


def name_row(axes: "Axes", title: str) -> None:
    """Write a few small words to the left of a row, at its first panel."""
    axes.set_ylabel(title, rotation=0, ha="right", va="center", fontsize=7.5, color=INK)


def plane(values: Tensor) -> Tensor:
    """Return what is drawn of a map (*S): of more than two axes the middle slice along each of the first."""
    while values.ndim > 2:
        values = values[len(values) // 2]
    return values


def draw_map(
    axes: "Axes", values: Tensor, *, scale: float | None = None, limits: Sequence[float] | None = None
) -> None:
    """Draw one map (*S): a curve, a picture, or the middle slice of a volume.

    Args:
        axes: where.
        values: float32.
        scale: drawn as white, or the middle of a curve, is 0; red is `scale`, blue its negative. None: unsigned.
        limits: the values that are drawn black and white, if unsigned; the least and largest of all if None.
    """
    low, high = (-scale, scale) if scale is not None else limits or (float(values.min()), float(values.max()))
    shown = plane(values).float().numpy()
    if shown.ndim < 2:
        axes.plot(shown.reshape(-1), color=LINES[0], linewidth=1)
        axes.set_ylim(low - 0.05 * (high - low or 1), high + 0.05 * (high - low or 1))
        return
    axes.imshow(shown, cmap=UNSIGNED if scale is None else SIGNED, vmin=low, vmax=high, interpolation="nearest")


def draw_image(axes: "Axes", image: Tensor, *, signed: bool = False, limits: Sequence[float] | None = None) -> None:
    """Draw one image (C, *S): three channels in colour, the mean of another number; of one axis a curve a channel.

    Args:
        axes: where.
        image: float.
        signed: 0 is grey in colour, white otherwise, where red is above and blue below.
        limits: of an unsigned one, the values of black and white; the least and largest if None.
    """
    image = image.float()
    if image.ndim == 2:
        for channel, colour in zip(image, LINES, strict=False):
            axes.plot(channel.numpy(), color=colour, linewidth=1)
        return
    if len(image) != 3:
        mean = image.mean(0)
        draw_map(axes, mean, scale=(float(mean.abs().max()) or 1.0) if signed else None, limits=limits)
        return
    largest = float(image.abs().max()) or 1.0
    low, high = (-largest, largest) if signed else limits or (float(image.min()), float(image.max()))
    axes.imshow(((colours(image) - low) / ((high - low) or 1.0)).clamp(0, 1).numpy(), interpolation="nearest")


def colours(image: Tensor) -> Tensor:
    """Return an image of three channels (3, *S) as (H, W, 3), of a volume the middle slice."""
    return torch.stack([plane(channel) for channel in image], -1)
