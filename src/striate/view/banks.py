"""Banks of filters beside each other: what was drawn by hand, what was drawn by lot, and what was learnt."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from torch import Tensor

from striate.view.figure import INK, new_figure
from striate.view.mosaic import mosaic
from striate.view.picture import Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def banks(filters: Mapping[str, Tensor]) -> Picture[dict[str, Tensor]]:
    """Draw banks of filters side by side, each filter on a scale of its own: grey is 0, white above, black below.

    Args:
        filters: by the words over them, (K, C, H, W); of several channels their mean is drawn.

    Returns:
        The picture of each bank as it is drawn, (K, H, W), each filter with a largest magnitude of 1.

    Raises:
        ValueError: no bank.

    >>> import torch
    >>> banks({"by lot": torch.randn(7, 3, 5, 5)}).array["by lot"].shape
    torch.Size([7, 5, 5])
    """
    if not filters:
        raise ValueError("filters must have a bank at least, but got none")
    scaled = {}
    for name, weight in filters.items():
        flat = weight.detach().cpu().float().mean(1)
        scaled[name] = flat / flat.abs().amax((1, 2), keepdim=True).clamp_min(1e-12)
    return Picture(scaled, lambda: _draw(scaled))


def _draw(scaled: Mapping[str, Tensor]) -> "Figure":
    figure = new_figure(3.2 * len(scaled), 3.6)
    grid = figure.subplots(1, len(scaled), squeeze=False)[0]
    for axes, (name, pictures) in zip(grid, scaled.items(), strict=True):
        axes.imshow(mosaic(pictures, between=1.0).numpy(), cmap="gray", vmin=-1, vmax=1, interpolation="nearest")
        axes.set_axis_off()
        axes.set_title(name, fontsize=9, color=INK)
    return figure
