"""A figure of its own: matplotlib's object interface, so that no global state of pyplot is touched."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

from striate.train.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK = "#333333"


def new_figure(width: float, height: float) -> "Figure":
    """Return an empty figure of a size in inches that is drawn by Agg, on any machine, with or without a display."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  matplotlib takes 0.3 s to import
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(width, height), layout="constrained", dpi=150)
    FigureCanvasAgg(figure)
    return figure


def write_figure(figure: "Figure", path: Path) -> None:
    """Write a figure to a file, whole or not at all, in the format of its suffix."""
    content = io.BytesIO()
    figure.savefig(content, format=path.suffix[1:].lower())
    write_atomically(path, content.getvalue())
