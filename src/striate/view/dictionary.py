"""The filters of a dictionary, and how much of each is a Gabor function."""

from typing import TYPE_CHECKING

from torch import Tensor

from striate.filters.gabor_fit import GOOD_FIT
from striate.view.figure import INK, new_figure
from striate.view.mosaic import mosaic
from striate.view.picture import Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def dictionary(weight: Tensor, r2: Tensor, title: str = "") -> Picture[Tensor]:
    """Draw filters from the best Gabor to the worst, each on a scale of its own, and the histogram of their fits.

    Args:
        weight: (K, 1, H, W).
        r2: the share of each that a Gabor function explains, (K,), as `striate.filters.fit_gabor` gives it.
        title: of the figure.

    Returns:
        The picture of the filters in that order, (K, H, W), each with a largest value of 1.

    >>> import torch
    >>> dictionary(torch.randn(7, 1, 5, 5), torch.rand(7)).array.shape
    torch.Size([7, 5, 5])
    """
    ordered = weight.detach()[r2.argsort(descending=True), 0]
    scaled = ordered / ordered.abs().amax((1, 2), keepdim=True)
    return Picture(scaled, lambda: _draw(scaled, r2, title))


def _draw(scaled: Tensor, r2: Tensor, title: str) -> "Figure":
    figure = new_figure(9, 5)
    pictures, histogram = figure.subplots(1, 2, width_ratios=(3, 2))
    pictures.imshow(mosaic(scaled, wide=1.2).numpy(), cmap="gray", vmin=-1, vmax=1, interpolation="nearest")
    pictures.set_axis_off()
    count, height, width = scaled.shape
    pictures.set_title(f"{count} filters, {height} x {width}", loc="left", fontsize=9, color=INK)
    histogram.hist(r2.numpy(), bins=20, range=(0, 1), color="#1f6fb4")
    histogram.axvline(GOOD_FIT, color=INK, linewidth=1, linestyle="--")
    share = float((r2 > GOOD_FIT).float().mean())
    histogram.set_title(f"{share:.0%} above {GOOD_FIT}", loc="left", fontsize=9, color=INK)
    histogram.set_xlabel("share explained by a Gabor function", color=INK)
    histogram.set_ylabel("filters", color=INK)
    histogram.tick_params(colors=INK)
    histogram.spines[["top", "right"]].set_visible(False)
    figure.suptitle(title, fontsize=9, color=INK, x=0.02, ha="left")
    return figure
