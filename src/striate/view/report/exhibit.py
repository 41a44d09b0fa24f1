"""What a lesson has to show of a model."""

from collections.abc import Mapping

from torch import Tensor

from striate.view.exhibit import COLUMNS
from striate.view.page import Html, element, section
from striate.view.page.pixels import image


def exhibit_section(rows: Mapping[str, Tensor]) -> Html:
    """Return the rows of images that `Lesson.exhibit` returned; nothing where they are no images.

    >>> exhibit_section({})
    ''
    """
    shown = {name: images for name, images in rows.items() if images.ndim == 4 and images.shape[1] in {1, 3}}
    if not shown:
        return Html()
    return section("What it makes of it", *(_row(name, images[:COLUMNS]) for name, images in shown.items()))


def _row(name: str, images: Tensor) -> Html:
    pixels = (255 * images.detach().cpu().clamp(0, 1)).round().byte()
    tiles = element("div", *map(image, pixels), class_="tiles", role="img", aria_label=name)
    return element("div", element("p", element("b", name)), tiles)
