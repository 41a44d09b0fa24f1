"""A window's way over a signal as a drawing: what stays, and what each position shows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import ceil

from striate.arithmetic import Sliding, Touch, even_blocks
from striate.arithmetic.arguments import integer
from striate.arithmetic.cost import groups_argument
from striate.view.sliding.boards import PITCH, Board
from striate.view.sliding.marks import Beam, Box, Mark, Words
from striate.view.sliding.wording import by_axis, caption, headline

MOST_CELLS = 4096
MOST_FRAMES = 64

_EDGE = 20
_APART = 68.0  # input and output
_LINE = 20  # pixels from one line of text to the next
_LETTER, _TITLE_LETTER = 7.2, 9.4  # upper bounds of the mean width of a letter
_VALUES = {"zeros": "0", "constant": "c", "mean": "m"}
_SLOW, _FAST, _LOOP = 0.7, 0.12, 24.0  # seconds a frame at most and at least, and what a loop should not exceed


@dataclass(frozen=True, slots=True)
class Frame:
    """One position of the window.

    Args:
        position: the output that is read for, or transposed the input that is spread.
        touches: what the window's taps touch.
        marks: what is drawn over the rest while it lasts.
        trace: what stays from then on: what has been written.
        caption: what happens, in words.
    """

    position: tuple[int, ...]
    touches: tuple[Touch, ...]
    marks: tuple[Mark, ...]
    trace: tuple[Box, ...]
    caption: str


@dataclass(frozen=True, slots=True)
class Scene:
    """A drawing that moves.

    Args:
        sliding: the window and its signal.
        groups: channel groups.
        title: what is drawn, in a line.
        description: and in some more, for those who cannot see it.
        width: in pixels.
        height: in pixels.
        still: what does not move.
        frames: the positions, in order.
    """

    sliding: Sliding
    groups: int
    title: str
    description: str
    width: float
    height: float
    still: tuple[Mark, ...]
    frames: tuple[Frame, ...]

    @property
    def seconds(self) -> float:
        """How long a frame lasts."""
        return min(_SLOW, max(_FAST, round(_LOOP / len(self.frames), 2)))

    @property
    def caption_at(self) -> tuple[float, float]:
        """Where a frame's caption begins."""
        return _EDGE, self.height - _EDGE


def scene(sliding: Sliding, channels: tuple[int, int] = (1, 1), groups: int = 1, frames: int = MOST_FRAMES) -> Scene:
    """Draw a window's way over its signal.

    Args:
        sliding: the window and its signal, of one to three axes.
        channels: of the input and of the output.
        groups: channel groups.
        frames: how many positions are shown at most; of more, this many spread evenly.

    Raises:
        ValueError: more than three axes, more than 4,096 cells, or groups that do not divide the channels.

    >>> from striate.arithmetic import Geometry
    >>> drawing = scene(Sliding.of(Geometry.of((3, 3), padding=1), (4, 4)))
    >>> len(drawing.frames), drawing.frames[0].caption
    (16, 'output (0, 0) reads 4 inputs and 5 zeros')
    """
    if sliding.ndim > 3:
        raise ValueError(f"ndim must be from 1 to 3 for a drawing, but got {sliding.ndim}")
    integer(frames, "frames", 1)
    groups_argument(groups, *channels)
    return _Drawing(sliding, channels, groups).scene(frames)


class _Drawing:
    """The boards of input and output, and how a position looks on them."""

    def __init__(self, sliding: Sliding, channels: tuple[int, int], groups: int) -> None:
        self.sliding, self.groups = sliding, groups
        everywhere = tuple(map(range, sliding.positions))
        wide, narrow = channels[::-1] if sliding.transposed else channels
        self.signal = Board(sliding.places(), sliding.size, wide)
        self.other = Board(everywhere, sliding.positions, narrow)
        cells = self.signal.cells + self.other.cells
        if cells > MOST_CELLS:
            raise ValueError(
                f"a drawing has at most {MOST_CELLS:,} cells, but input {by_axis(sliding.input_size)} and output "
                f"{by_axis(sliding.output_size)} with their padding and channels make {cells:,}; draw a smaller size, "
                f"over which this window slides in the same way"
            )
        self._place()

    def _place(self) -> None:
        """Put the input beside the output, or above it: lines of one axis, and where there is more than one plane."""
        first, second = (self.other, self.signal) if self.sliding.transposed else (self.signal, self.other)
        self.beside = first.planes == second.planes == (1, 1) and self.sliding.ndim == 2
        top = _EDGE + _LINE * (1 + len(set(self.sliding.formulas()))) + 26
        if self.beside:
            height = max(first.height, second.height)
            tops = top + (height - first.height) / 2, top + (height - second.height) / 2
            lefts = 0.0, first.width + _APART
        else:
            tops = top, top + first.height + _APART
            # Elements 0 of one axis stand below each other: a causal window is seen to read nothing ahead
            lead = PITCH * (second.places[0][0] - first.places[0][0]) if self.sliding.ndim == 1 else 0
            lefts = max(0, -lead), max(0, lead)
            height = tops[1] + second.height - top
        width = max(left + board.width for left, board in zip(lefts, (first, second), strict=True))
        first, second = (
            replace(board, left=_EDGE + left, top=at)
            for board, left, at in zip((first, second), lefts, tops, strict=True)
        )
        self.signal, self.other = (second, first) if self.sliding.transposed else (first, second)
        self.names = [(first, f"input {by_axis(first.size)}"), (second, f"output {by_axis(second.size)}")]
        self.width, self.height = 2 * _EDGE + width, top + height + 2 * _EDGE + _LINE / 2

    def scene(self, frames: int) -> Scene:
        sliding = self.sliding
        positions = list(sliding.every_position())
        shown = positions[:: ceil(len(positions) / frames)]
        title = headline(sliding, self.groups)
        notes = [f"output size: {text}" for text in dict.fromkeys(sliding.formulas())]
        drawn = tuple(self._frame(position) for position in shown)
        some = f"; {len(shown)} of {len(positions)} are shown" if len(shown) < len(positions) else ""
        verb = "is spread over the output it reaches" if sliding.transposed else "shows what it reads"
        one, many = ("input", "inputs") if sliding.transposed else ("output", "outputs")
        text = max(_LETTER * len(line) for line in [*notes, *(frame.caption for frame in drawn)])
        return Scene(
            sliding,
            self.groups,
            title,
            f"{'; '.join(notes)}. Frame by frame each of the {len(positions)} {many if len(positions) > 1 else one} "
            f"{verb}{some}. First {drawn[0].caption}; at last {drawn[-1].caption}.",
            max(self.width, 2 * _EDGE + max(text, _TITLE_LETTER * len(title))),
            self.height,
            tuple(self._still(title, notes)),
            drawn,
        )

    def _still(self, title: str, notes: Sequence[str]) -> list[Mark]:
        marks: list[Mark] = [Words(_EDGE, _EDGE, title, "title")]
        marks += [Words(_EDGE, _EDGE + (i + 1) * _LINE, note, "note") for i, note in enumerate(notes)]
        for board, name in self.names:
            across = board.left + (board.width / 2 if self.beside else 0)
            marks.append(Words(across, board.top - 10, name, "caption", centred=self.beside))
            marks += board.numbers()
            for channel, place in product(range(board.channels), product(*board.places)):
                if board is self.other:
                    marks.append(board.box(channel, place, "element"))
                elif self.sliding.standing(place) != "nothing":
                    style, label = self._ghost(place)
                    marks.append(board.box(channel, place, style, label=label))
        return marks

    def _ghost(self, place: tuple[int, ...]) -> tuple[str, str]:
        """Return the style and label of a cell of the signal."""
        standing = self.sliding.standing(place)
        if standing in {"element", "cropped"}:
            return standing, ""
        if standing == "copy":
            return "ghost", ",".join(map(str, self.sliding.source(place) or ()))
        return "ghost", "" if self.sliding.transposed and standing == "zeros" else _VALUES[standing]

    def _frame(self, position: tuple[int, ...]) -> Frame:
        touches = self.sliding.touches(position)
        marks: list[Mark] = []
        trace = []
        places = [touch.place for touch in touches]
        copied = [touch.source for touch in touches if touch.source is not None and touch.source != touch.place]
        for channel, group in self._coloured(self.signal):
            for touch in touches:
                style, label = self._ghost(touch.place)
                style = "touched" if style == "element" else "touched-ghost"
                marks.append(self.signal.box(channel, touch.place, style, group, label))
                if self.sliding.transposed and touch.source is not None:
                    trace.append(self.signal.box(channel, touch.source, "stamped", group))
            marks += [self.signal.box(channel, source, "source", group) for source in dict.fromkeys(copied)]
            marks += self.signal.frames(channel, places)
        for channel, group in self._coloured(self.other):
            marks.append(self.other.box(channel, position, "position", group))
            if not self.sliding.transposed:
                trace.append(self.other.box(channel, position, "written", group))
        if self.signal.planes == self.other.planes == (1, 1):
            marks.insert(0, self._beam(self.signal.frames(0, places)[0], self.other.box(0, position, "position")))
        return Frame(position, touches, tuple(marks), tuple(trace), caption(self.sliding, position, touches))

    def _coloured(self, board: Board) -> list[tuple[int, int]]:
        """Return the channels of a board with their groups."""
        blocks = even_blocks(board.channels, self.groups)
        return [(channel, group) for group, block in enumerate(blocks) for channel in block]

    def _beam(self, window: Box, cell: Box) -> Beam:
        """Return the area between them, from the input's to the output's."""
        first, second = (cell, window) if self.sliding.transposed else (window, cell)
        starts, ends = (first.x, first.x + first.width), (second.x, second.x + second.width)
        highs, lows = (first.y, second.y), (first.y + first.height, second.y + second.height)
        if self.beside:
            return Beam(((starts[1], highs[0]), (ends[0], highs[1]), (ends[0], lows[1]), (starts[1], lows[0])))
        return Beam(((starts[0], lows[0]), (ends[0], highs[1]), (ends[1], highs[1]), (starts[1], lows[0])))
