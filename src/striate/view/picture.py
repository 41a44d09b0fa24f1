"""What every picture is: a figure, drawn when it is asked for, and the numbers behind it."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from striate.train.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = TypeVar("Array")


@dataclass(frozen=True, eq=False)
class Picture(Generic[Array]):
    """A figure and the numbers behind it; a notebook shows it.

    Args:
        array: what is drawn: a tensor on the CPU, a dict of them by layer, or a named tuple of them.
        draw: draws it, once, when the figure is first asked for.

    >>> from striate.view.figure import new_figure
    >>> picture = Picture([1.0, 2.0], lambda: new_figure(2, 1))
    >>> picture.array, picture.png()[1:4]
    ([1.0, 2.0], b'PNG')
    """

    array: Array
    draw: "Callable[[], Figure]" = field(repr=False)

    @cached_property
    def figure(self) -> "Figure":
        """The matplotlib figure, which may be changed before it is saved."""
        return self.draw()

    def png(self, dpi: float | None = None) -> bytes:
        """Return the figure as a PNG file's content, of so many dots an inch; the figure's own if None."""
        return self._rendered("png", dpi)

    def save(self, path: str | PathLike[str], dpi: float | None = None) -> Path:
        """Write the figure to a file, whole or not at all, and return its path.

        Args:
            path: the suffix tells the format: .png, .jpg, .svg, .pdf, or another of matplotlib's.
            dpi: dots an inch; the figure's own if None.

        Raises:
            ValueError: a suffix that names no format.
        """
        path = Path(path)
        known = self.figure.canvas.get_supported_filetypes()
        suffix = path.suffix.removeprefix(".").lower()
        if suffix not in known:
            raise ValueError(f"path {str(path)!r} must end in one of {', '.join('.' + name for name in sorted(known))}")
        write_atomically(path, self._rendered(suffix, dpi))
        return path

    def _repr_png_(self) -> bytes:
        return self.png()

    def _rendered(self, format: str, dpi: float | None) -> bytes:
        content = io.BytesIO()
        self.figure.savefig(content, format=format, dpi="figure" if dpi is None else dpi)
        return content.getvalue()
