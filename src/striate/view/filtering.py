"""An image, the filters, and what it answers to them, side by side."""

from typing import TYPE_CHECKING

from torch import Tensor

from striate.view.figure import INK, new_figure
from striate.view.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LIMIT = 8


def filtering(image: Tensor, weight: Tensor, result: Tensor, title: str = "") -> Picture[Tensor]:
    """Draw an image, up to 8 filters, and the picture they make of it.

    Args:
        image: uint8 (C, H, W), C being 1 or 3.
        weight: the filters, (K, 1, KH, KW); each with red above and blue below zero.
        result: uint8 (C, H, W).
        title: of the figure.

    Returns:
        The picture of `result`.

    >>> import torch
    >>> from striate import filters
    >>> image = torch.zeros(3, 8, 9, dtype=torch.uint8)
    >>> len(filtering(image, filters.sobel(), image).figure.axes)
    4
    """
    return Picture(result, lambda: _draw(image, weight, result, title))


def _draw(image: Tensor, weight: Tensor, result: Tensor, title: str) -> "Figure":
    shown = min(len(weight), LIMIT)
    height, width = image.shape[1:]
    figure = new_figure(3 * 3.2, 3.2 * min(max(height / width, 0.4), 1.6) + 0.5)
    columns = figure.add_gridspec(1, 3)
    _draw_image(figure.add_subplot(columns[0]), image, "input")
    rows = shown if shown <= 3 else -(-shown // 2)
    kernels = columns[1].subgridspec(rows, -(-shown // rows))
    for index in range(shown):
        axes = figure.add_subplot(kernels[index % rows, index // rows])
        largest = float(weight[index].abs().max()) or 1.0
        axes.imshow(weight[index, 0].numpy(), cmap="RdBu_r", vmin=-largest, vmax=largest)
        axes.set_axis_off()
        if index == 0:
            of = f"{shown} of {len(weight)} filters" if shown < len(weight) else "filter" if shown == 1 else "filters"
            axes.set_title(f"{of}, {weight.shape[2]} x {weight.shape[3]}", fontsize=9, color=INK)
    _draw_image(figure.add_subplot(columns[2]), result, "result")
    figure.suptitle(title, fontsize=9, color=INK, x=0.02, ha="left")
    return figure


def _draw_image(axes: "Axes", image: Tensor, title: str) -> None:
    pixels = image.permute(1, 2, 0).numpy()
    axes.imshow(pixels if pixels.shape[2] == 3 else pixels[:, :, 0], cmap="gray", vmin=0, vmax=255)
    axes.set_axis_off()
    axes.set_title(title, fontsize=9, color=INK)
