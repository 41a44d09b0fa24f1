"""What the first convolution looks for."""

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from striate.view.figure import INK, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LIMIT = 64


def filters(model: nn.Module) -> "Figure":
    """Draw the filters of a model's first two-dimensional convolution, up to 64 of them.

    A filter of three channels is drawn in colour, grey being zero; otherwise each of its channels is drawn apart, red
    above and blue below zero. A ValueError where the model has no such convolution.

    >>> figure = filters(nn.Conv2d(1, 6, 5))
    >>> len(figure.axes)
    6
    """
    name, weight = first_convolution(model)
    largest = float(weight.abs().max()) or 1.0
    if weight.shape[1] == 3:
        pictures = [(kernel / largest / 2 + 0.5).permute(1, 2, 0) for kernel in weight[:LIMIT]]
        total = len(weight)
    else:
        pictures = list(weight.flatten(0, 1)[:LIMIT])
        total = weight.shape[0] * weight.shape[1]
    columns = min(8, len(pictures))
    rows = math.ceil(len(pictures) / columns)
    figure = new_figure(max(3.6, 0.85 * columns), 0.85 * rows + 0.5)
    grid = figure.subplots(rows, columns, squeeze=False).flat
    for axes in grid:
        axes.set_axis_off()
    for axes, picture in zip(figure.axes, pictures, strict=False):
        axes.imshow(picture.numpy(), cmap="RdBu_r", vmin=-largest, vmax=largest)
    for axes in figure.axes[len(pictures) :]:
        axes.remove()
    shown = f"{total} filters" if total <= LIMIT else f"{LIMIT} of {total} filters"
    height, width = weight.shape[2:]
    scale = "" if weight.shape[1] == 3 else f"; red above, blue below 0, up to {largest:.2g}"
    figure.suptitle(f"{shown} of {name}, {height} x {width}{scale}", fontsize=9, color=INK, x=0.02, ha="left")
    return figure


def first_convolution(model: nn.Module) -> tuple[str, Tensor]:
    """Return the name and the weight of a model's first two-dimensional convolution; a ValueError where it has none."""
    for name, module in model.named_modules():
        weight = getattr(module, "weight", None)
        if isinstance(weight, Tensor) and weight.ndim == 4 and weight.shape[2:].numel() > 1:
            return name or type(module).__name__, weight.detach().cpu().to(torch.float32)
    raise ValueError(f"{type(model).__name__} has no two-dimensional convolution whose filters could be drawn")
