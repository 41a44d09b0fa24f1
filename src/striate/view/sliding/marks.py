"""What a drawing is made of; every format draws these."""

from typing import NamedTuple


class Box(NamedTuple):
    """A cell, or a frame around cells.

    Args:
        x: left edge, in pixels, as all lengths here.
        y: upper edge.
        width: its width.
        height: its height.
        style: one of `palette.STYLES`.
        group: the channel group whose colour it has.
        label: text in the middle.
    """

    x: float
    y: float
    width: float
    height: float
    style: str
    group: int = 0
    label: str = ""


class Beam(NamedTuple):
    """The area between a window and the element that it belongs to."""

    points: tuple[tuple[float, float], ...]


class Words(NamedTuple):
    """A line of text.

    Args:
        x: where it begins, or its middle.
        y: its middle.
        text: the text.
        style: `"title"`, `"note"`, `"caption"` or `"index"`.
        centred: whether `x` is the middle.
    """

    x: float
    y: float
    text: str
    style: str
    centred: bool = False


Mark = Box | Beam | Words
