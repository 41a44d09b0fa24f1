"""The drawing in letters, for a terminal."""

from collections import Counter
from collections.abc import Sequence
from itertools import product, zip_longest

from striate.view.sliding.scene import Scene
from striate.view.sliding.wording import by_axis

# One column wide in every terminal, unlike the dots and squares whose width depends on the reader's language
ELEMENT = "\u2219"

_VALUES = {"zeros": "0", "constant": "c", "mean": "m", "cropped": "x", "nothing": " "}


def text(scene: Scene, frame: int = 0) -> str:
    """Return one frame as text: what the position touches stands in brackets.

    Channels look alike, and one is drawn. Of a convolution's outputs those before this one are marked `o`; of a
    transposed one's each tells how many taps it has received so far.

    Args:
        scene: the drawing.
        frame: its number.

    >>> from striate.arithmetic import Geometry, Sliding
    >>> from striate.view.sliding.scene import scene
    >>> print(text(scene(Sliding.of(Geometry.of(3, padding=1), 4)), 1))
    input 4
     0 [∙][∙][∙] ∙  0
    output 4
     o [∙] ∙  ∙
    output (1) reads 3 inputs
    0 zero, outside the input
    """
    shown = scene.frames[frame]
    sliding, positions = scene.sliding, list(scene.sliding.every_position())
    before = positions[: positions.index(shown.position)]
    met = Counter(touch.source for at in before for touch in sliding.touches(at)) if sliding.transposed else Counter()
    done = set(before)
    touched = {touch.place for touch in shown.touches}

    def signal(place: tuple[int, ...]) -> str:
        return _symbol(scene, place, met[place])

    def other(place: tuple[int, ...]) -> str:
        return "o" if place in done and not sliding.transposed else ELEMENT

    wide = _board(sliding.places(), {place: signal(place) for place in product(*sliding.places())}, touched)
    spots = tuple(map(range, sliding.positions))
    narrow = _board(spots, {place: other(place) for place in product(*spots)}, {shown.position})
    first, second = (narrow, wide) if sliding.transposed else (wide, narrow)
    first = [f"input {by_axis(sliding.input_size)}", *first]
    second = [f"output {by_axis(sliding.output_size)}", *second]
    lines = _beside([first, second]) if sliding.ndim == 2 else [*first, *second]
    return "\n".join(line.rstrip() for line in [*lines, shown.caption, *_legend(scene)])


def _symbol(scene: Scene, place: tuple[int, ...], met: int) -> str:
    """Return the letter of a cell of the signal."""
    standing = scene.sliding.standing(place)
    if standing == "element":
        return ELEMENT if not met else str(met) if met < 10 else "+"
    if standing == "copy":
        return "~"
    return "-" if scene.sliding.transposed and standing == "zeros" else _VALUES[standing]


def _legend(scene: Scene) -> list[str]:
    """Return what the letters mean that stand outside."""
    sliding = scene.sliding
    around = "output" if sliding.transposed else "input"
    kinds = {sliding.standing(place) for place in product(*sliding.places())}
    said = {
        "zeros": f"- left out of the {around}" if sliding.transposed else f"0 zero, outside the {around}",
        "constant": f"c the constant, outside the {around}",
        "mean": "m shared by all of the output" if sliding.transposed else f"m the mean, outside the {around}",
        "copy": f"~ {'folded back onto' if sliding.transposed else 'copy of'} an element of the {around}",
        "cropped": f"x cut off by negative padding, still in the {around}",
    }
    found = [line for kind, line in said.items() if kind in kinds]
    if sliding.transposed:
        found.append("1, 2, ... taps received before")
    return ["; ".join(found)] if found else []


def _board(places: Sequence[range], symbols: dict[tuple[int, ...], str], marked: set[tuple[int, ...]]) -> list[str]:
    """Return the lines of a tensor, planes beside each other."""
    *front, columns = places
    rows = front[-1] if front else None
    planes = []
    for depth in front[0] if len(front) == 2 else [None]:
        lines = []
        for row in rows if rows is not None else [None]:
            ahead = tuple(at for at in (depth, row) if at is not None)
            cells = ((symbols[*ahead, column], (*ahead, column) in marked) for column in columns)
            lines.append("".join(f"[{symbol}]" if mark else f" {symbol} " for symbol, mark in cells))
        planes.append(lines)
    return _beside(planes)


def _beside(blocks: Sequence[Sequence[str]]) -> list[str]:
    """Return blocks of lines as one, beside each other."""
    widths = [max(map(len, block)) for block in blocks]
    return [
        "   ".join(line.ljust(width) for line, width in zip(lines, widths, strict=True))
        for lines in zip_longest(*blocks, fillvalue="")
    ]
