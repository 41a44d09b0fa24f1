"""Colours that people who see fewer of them still tell apart.

Source: M. Okabe and K. Ito, "Color universal design", 2008.
"""

from typing import NamedTuple

SKY, GREEN, YELLOW, BLUE, VERMILLION, PURPLE, ORANGE = (
    "#56b4e9",
    "#009e73",
    "#f0e442",
    "#0072b2",
    "#d55e00",
    "#cc79a7",
    "#e69f00",
)
GROUPS = (ORANGE, SKY, GREEN, PURPLE, YELLOW, VERMILLION, BLUE)


class Look(NamedTuple):
    """How a box looks.

    Args:
        fill: colour inside, empty for none.
        line: colour of the outline, empty for none.
        width: of the outline, in pixels.
        opacity: of the inside.
        dashed: whether the outline is.
    """

    fill: str
    line: str = ""
    width: float = 1.0
    opacity: float = 1.0
    dashed: bool = False


class Theme(NamedTuple):
    """The colours of a page.

    Args:
        paper: behind everything.
        ink: of text.
        faint: of indices and notes.
        cell: of elements.
        edge: of outlines.
    """

    paper: str
    ink: str
    faint: str
    cell: str
    edge: str


LIGHT = Theme(paper="#ffffff", ink="#222222", faint="#6b7280", cell="#dce4ec", edge="#9aa5b1")
DARK = Theme(paper="#14181d", ink="#eceff2", faint="#98a2ad", cell="#333d48", edge="#6b7785")

STYLES = (
    "element",
    "cropped",
    "ghost",
    "written",
    "stamped",
    "touched",
    "touched-ghost",
    "source",
    "position",
    "window",
)


def look(style: str, group: int, groups: int, theme: Theme) -> Look:
    """Return how boxes of a style look.

    One group reads in orange and writes in blue; of several each has a colour of its own for both.
    """
    touched = GROUPS[group % len(GROUPS)]
    written = BLUE if groups == 1 else touched
    return {
        "element": Look(theme.cell),
        "cropped": Look("", theme.edge, opacity=0.4),
        "ghost": Look("", theme.edge, dashed=True),
        "written": Look(written, opacity=0.4),
        "stamped": Look(written, opacity=0.22),
        "touched": Look(touched),
        "touched-ghost": Look(touched, touched, opacity=0.35, dashed=True),
        "source": Look("", theme.ink, 2, dashed=True),
        "position": Look(written),
        "window": Look("", theme.ink, 2),
    }[style]
