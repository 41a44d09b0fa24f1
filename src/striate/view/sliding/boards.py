"""Where the cells of an input or output stand on paper: rows, planes and channels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from striate.view.sliding.marks import Box, Words

PITCH = 32  # pixels from one cell to the next
INSET = 1.5  # between a cell and its share of the paper
INDEX = 16  # for the numbers beside rows and columns
BETWEEN = 18  # planes


@dataclass(frozen=True, slots=True)
class Board:
    """The cells of a tensor of one to three axes, a plane a channel and depth.

    Channels of one axis stand below each other, of two axes beside each other; of three axes depths stand beside each
    other and channels below.

    Args:
        places: what is drawn along each axis; below 0 and from `size` on it is no element.
        size: elements an axis.
        channels: of the tensor.
        left: of the board, in pixels.
        top: of the board, in pixels.
    """

    places: tuple[range, ...]
    size: tuple[int, ...]
    channels: int
    left: float = 0
    top: float = 0

    @property
    def cells(self) -> int:
        """Number of cells."""
        return self.channels * prod(map(len, self.places))

    @property
    def planes(self) -> tuple[int, int]:
        """Planes below and beside each other."""
        if len(self.places) == 3:
            return self.channels, len(self.places[0])
        return (self.channels, 1) if len(self.places) == 1 else (1, self.channels)

    @property
    def width(self) -> float:
        """In pixels, with the numbers of rows."""
        return self.planes[1] * (self._plane[0] + BETWEEN) - BETWEEN

    @property
    def height(self) -> float:
        """In pixels, with the numbers of columns."""
        return self.planes[0] * (self._plane[1] + BETWEEN) - BETWEEN

    def box(self, channel: int, place: Sequence[int], style: str, group: int = 0, label: str = "") -> Box:
        """Return the cell of a channel and place."""
        x, y = self._corner(channel, place)
        return Box(x + INSET, y + INSET, PITCH - 2 * INSET, PITCH - 2 * INSET, style, group, label)

    def frames(self, channel: int, places: Sequence[Sequence[int]]) -> list[Box]:
        """Return a frame in each plane around all of `places` that are there."""
        found = []
        depths = sorted({place[0] for place in places}) if len(self.places) == 3 else [None]
        for depth in depths:
            corners = [self._corner(channel, place) for place in places if depth is None or place[0] == depth]
            (left, right), (top, bottom) = ((min(edge), max(edge)) for edge in zip(*corners, strict=True))
            found.append(Box(left, top, right - left + PITCH, bottom - top + PITCH, "window"))
        return found

    def numbers(self) -> Iterator[Words]:
        """Yield the numbers of elements beside rows and columns, and the planes' names."""
        ndim = len(self.places)
        corner = tuple(axis[0] for axis in self.places)
        for channel, depth in product(range(self.channels), self.places[0] if ndim == 3 else range(1)):
            x, y = self._corner(channel, (depth, *corner[1:]) if ndim == 3 else corner)
            for column in range(self.size[-1]):
                middle = x + (column - corner[-1] + 0.5) * PITCH
                yield Words(middle, y - INDEX / 2, str(column), "index", centred=True)
            for row in range(self.size[-2]) if ndim > 1 else ():
                middle = y + (row - corner[-2] + 0.5) * PITCH
                yield Words(x - INDEX / 2, middle, str(row), "index", centred=True)
            names = [f"channel {channel}"] * (self.channels > 1)
            if ndim == 3:
                names.append(f"depth {depth}" if 0 <= depth < self.size[0] else "outside")
            if names:
                yield Words(x, y - INDEX - 9, ", ".join(names), "note")

    @property
    def _plane(self) -> tuple[float, float]:
        """Width and height of a plane."""
        rows = len(self.places[-2]) if len(self.places) > 1 else 1
        beside = INDEX if len(self.places) > 1 else 0
        return len(self.places[-1]) * PITCH + beside, rows * PITCH + INDEX + self._name

    @property
    def _name(self) -> float:
        """Height of a plane's name."""
        return 18 if self.channels > 1 or len(self.places) == 3 else 0

    def _corner(self, channel: int, place: Sequence[int]) -> tuple[float, float]:
        """Return the upper left corner of a cell's share."""
        width, height = self._plane
        depth = place[0] - self.places[0][0] if len(self.places) == 3 else 0
        below, beside = (0, channel) if len(self.places) == 2 else (channel, depth)
        row = place[-2] - self.places[-2][0] if len(self.places) > 1 else 0
        column = place[-1] - self.places[-1][0]
        x = self.left + beside * (width + BETWEEN) + (INDEX if len(self.places) > 1 else 0) + column * PITCH
        y = self.top + below * (height + BETWEEN) + INDEX + self._name + row * PITCH
        return x, y
