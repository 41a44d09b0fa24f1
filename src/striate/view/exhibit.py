"""What a lesson has to show of a model: rows of images, such as inputs and what the model makes of them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from torch import Tensor

from striate.view.panels import draw_image, name_row, new_panels
from striate.view.picture import Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = 8


def exhibit(rows: Mapping[str, Tensor], title: str = "") -> Picture[dict[str, Tensor]]:
    """Draw rows of images under each other, so that a column shows one sample.

    Args:
        rows: By title, float (count, C, *S) in [0, 1], up to 8 of which are drawn; what `Lesson.exhibit` returns.
        title: One line over all.

    Raises:
        ValueError: No row, or a row without an image.

    >>> import torch
    >>> picture = exhibit({"input": torch.rand(3, 1, 8, 8), "output": torch.rand(3, 1, 16, 16)})
    >>> len(picture.figure.axes)
    6
    """
    for name, images in rows.items():
        if images.ndim < 3 or len(images) == 0:
            raise ValueError(f"row {name!r} has images of {tuple(images.shape)}, expected (count, C, *S)")
    if not rows:
        raise ValueError("there is no row to draw")
    shown = {name: images.detach().cpu() for name, images in rows.items()}
    return Picture(shown, lambda: _draw(shown, title))


def _draw(rows: dict[str, Tensor], title: str) -> "Figure":
    columns = min(COLUMNS, max(map(len, rows.values())))
    room = 0.3 + 0.065 * max(map(len, rows))
    figure, grid = new_panels(len(rows), columns, title, width=0.95, height=0.95, labels=room)
    for panels, (name, images) in zip(grid, rows.items(), strict=True):
        name_row(panels[0], name)
        for axes, image in zip(panels, images, strict=False):
            draw_image(axes, image, limits=(0, 1))
        for axes in panels[len(images) :]:
            axes.remove()
    return figure
