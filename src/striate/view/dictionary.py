"""The filters of a dictionary, and how much of each is a Gabor function."""

from typing import TYPE_CHECKING

from torch import Tensor

from striate.view.figure import INK, new_figure
from striate.view.mosaic import mosaic

if TYPE_CHECKING:
    from matplotlib.figure import Figure

THRESHOLD = 0.7


def dictionary(weight: Tensor, r2: Tensor, title: str = "") -> "Figure":
    """Draw filters from the best Gabor to the worst, each on a scale of its own, and the histogram of their fits.

    Args:
        weight: (K, 1, H, W).
        r2: the share of each that a Gabor function explains, (K,), as `striate.filters.fit_gabor` gives it.
        title: of the figure.

    >>> import torch
    >>> len(dictionary(torch.randn(7, 1, 5, 5), torch.rand(7)).axes)
    2
    """
    order = r2.argsort(descending=True)
    figure = new_figure(9, 5)
    pictures, histogram = figure.subplots(1, 2, width_ratios=(3, 2))
    sorted_filters = weight.detach()[order, 0]
    scaled = sorted_filters / sorted_filters.abs().amax((1, 2), keepdim=True)
    pictures.imshow(mosaic(scaled, wide=1.2).numpy(), cmap="gray", vmin=-1, vmax=1, interpolation="nearest")
    pictures.set_axis_off()
    pictures.set_title(
        f"{len(weight)} filters, {weight.shape[2]} x {weight.shape[3]}", loc="left", fontsize=9, color=INK
    )
    histogram.hist(r2.numpy(), bins=20, range=(0, 1), color="#1f6fb4")
    histogram.axvline(THRESHOLD, color=INK, linewidth=1, linestyle="--")
    share = float((r2 > THRESHOLD).float().mean())
    histogram.set_title(f"{share:.0%} above {THRESHOLD}", loc="left", fontsize=9, color=INK)
    histogram.set_xlabel("share explained by a Gabor function", color=INK)
    histogram.set_ylabel("filters", color=INK)
    histogram.tick_params(colors=INK)
    histogram.spines[["top", "right"]].set_visible(False)
    figure.suptitle(title, fontsize=9, color=INK, x=0.02, ha="left")
    return figure
