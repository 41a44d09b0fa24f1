"""How the positions along one axis of an operation's output depend on the positions along an axis of its input."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.arithmetic import Reach, Window, source_index

Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]
NOTHING = -1  # in a table: a tap that reads no element of the input


@dataclass(frozen=True)
class AxisMap(ABC):
    """The dependence along one axis.

    Args:
        inputs: positions along the input's axis.
        outputs: positions along the output's axis; an axis that a reduction removed has one.
    """

    inputs: int
    outputs: int

    @property
    @abstractmethod
    def step(self) -> Reach:
        """The closed form: from where to where outputs read, the input's end not regarded."""

    @cached_property
    @abstractmethod
    def table(self) -> Indices:
        """The positions that each output reads, (outputs, taps); `NOTHING` where a tap reads no element."""

    @property
    def is_whole(self) -> bool:
        """Whether every output reads the same, whatever its place."""
        return self.step.advance == 0

    def needs(self, outputs: Flags) -> Flags:
        """Return which positions of the input the marked outputs read, border rules followed, padding left out."""
        marks = np.zeros(self.inputs, dtype=bool)
        read = self.table[outputs]
        marks[read[read != NOTHING]] = True
        return marks

    def taps(self, output: int) -> tuple[tuple[int, int | None], ...]:
        """Return each tap of `output` with the position that it reads, None where that is padding."""
        row = self.table[output].tolist()
        return tuple((tap, None if position == NOTHING else position) for tap, position in enumerate(row))

    def after(self, inner: "AxisMap") -> "AxisMap":
        """Return the map of this operation applied to the output of another."""
        if isinstance(self, Same):
            return inner
        if isinstance(inner, Same):
            return self
        if isinstance(self, Whole) and isinstance(inner, Whole):
            return Whole(inner.inputs, self.outputs)
        if isinstance(self, Sliding) and isinstance(inner, Sliding) and self.pads_nothing and inner.only_pads:
            window = replace(self.window, before=inner.window.before, after=inner.window.after)
            return Sliding(inner.inputs, self.outputs, window, inner.mode)
        return Chain(inner.inputs, self.outputs, inner, self)


@dataclass(frozen=True)
class Same(AxisMap):
    """Each output reads the input at its own place."""

    @property
    def step(self) -> Reach:
        """One element."""
        return Reach()

    @cached_property
    def table(self) -> Indices:
        """Each position itself."""
        return np.arange(self.outputs)[:, None]


@dataclass(frozen=True)
class Whole(AxisMap):
    """Every output reads every position: reductions, norms, attention, broadcasts of one element, and the unknown."""

    @property
    def step(self) -> Reach:
        """The whole axis."""
        return Reach.whole(self.inputs)

    @cached_property
    def table(self) -> Indices:
        """All positions for each output."""
        return np.broadcast_to(np.arange(self.inputs), (self.outputs, self.inputs))

    def needs(self, outputs: Flags) -> Flags:
        """Return all positions, if any output is marked."""
        return np.full(self.inputs, bool(outputs.any()))


@dataclass(frozen=True)
class Sliding(AxisMap):
    """A sliding window over an axis that a border rule extends: convolution, pooling, padding, strides.

    Args:
        inputs: positions along the input's axis.
        outputs: positions along the output's axis.
        window: the window, padding words turned into amounts.
        mode: the border rule, one of `striate.arithmetic.PADDING_MODES`.

    >>> Sliding(5, 3, Window(kernel=3, stride=2, before=1, after=1), "reflect").taps(0)
    ((0, 1), (1, 0), (2, 1))
    """

    window: Window
    mode: str = "zeros"

    @property
    def step(self) -> Reach:
        """The window's."""
        return Reach.of_window(self.window)

    @cached_property
    def table(self) -> Indices:
        """The position of each tap, the border rule followed."""
        window = self.window
        starts = np.arange(self.outputs) * window.stride - window.before
        places = starts[:, None] + np.arange(window.kernel) * window.dilation
        outside = (places < 0) | (places >= self.inputs)
        table = places.copy()
        for place in np.unique(places[outside]).tolist():
            source = source_index(place, self.inputs, self.mode)
            table[places == place] = NOTHING if source is None else source
        return table

    @property
    def pads_nothing(self) -> bool:
        """Whether the window stays inside the input."""
        return self.window.before == self.window.after == 0

    @property
    def only_pads(self) -> bool:
        """Whether it is no more than a padding."""
        return self.window.kernel == self.window.stride == 1

    @property
    def unread(self) -> int:
        """Elements at the end of the padded input that no window reads."""
        window = self.window
        return max(0, window.padded_size(self.inputs) - window.extent - (self.outputs - 1) * window.stride)


@dataclass(frozen=True)
class TransposedSliding(AxisMap):
    """The transpose of a sliding window: each input is spread over the window's taps.

    Args:
        inputs: positions along the input's axis.
        outputs: positions along the output's axis.
        window: that of the convolution from output to input.
        mode: the border rule of that convolution; one that repeats elements adds what falls outside to them.

    >>> TransposedSliding(3, 6, Window(kernel=3, stride=2, before=1)).taps(3)
    ((0, 2), (1, None), (2, 1))
    """

    window: Window
    mode: str = "zeros"

    @property
    def step(self) -> Reach:
        """The transposed window's."""
        return Reach.of_transposed(self.window)

    @cached_property
    def table(self) -> Indices:
        """The inputs that reach each output: through each tap, and then through what the border rule folds back."""
        forward = Sliding(self.outputs, self.inputs, self.window, self.mode).table
        reaching: list[list[int]] = [[NOTHING] * self.window.kernel for _ in range(self.outputs)]
        for source, row in enumerate(forward.tolist()):
            for tap, place in enumerate(row):
                if place == NOTHING:
                    continue
                if reaching[place][tap] == NOTHING:
                    reaching[place][tap] = source
                else:
                    reaching[place].append(source)
        return _padded(reaching)


@dataclass(frozen=True)
class Resized(AxisMap):
    """Each output reads a run of elements, cut off at the input's ends: interpolation, adaptive pooling, repetition.

    Args:
        inputs: positions along the input's axis.
        outputs: positions along the output's axis.
        reach: the runs.
    """

    reach: Reach

    @property
    def step(self) -> Reach:
        """The runs."""
        return self.reach

    @cached_property
    def table(self) -> Indices:
        """The run of each output."""
        rows = []
        for output in range(self.outputs):
            first, last = self.reach.of(output) or (0, -1)
            low, high = (min(max(end, 0), self.inputs - 1) for end in (first, last))
            rows.append(list(range(low, high + 1)) if first <= last else [])
        return _padded(rows)


@dataclass(frozen=True)
class Gathered(AxisMap):
    """Each output reads one element or none, anywhere: slices, flips, rolls, pieces of a concatenation.

    Args:
        inputs: positions along the input's axis.
        outputs: positions along the output's axis.
        sources: the element that each output reads, or `NOTHING`.
        advance: how far the sources move on over all outputs, as a pattern that goes on would.
    """

    sources: tuple[int, ...] | range
    advance: int

    @classmethod
    def of(cls, inputs: int, sources: Sequence[int]) -> "AxisMap":
        """Make it of the sources; where all keep their places it is `Same`.

        >>> Gathered.of(5, [4, 3, 2, 1, 0]).step
        Reach(spans=((4, 4),), advance=-1)
        """
        if isinstance(sources, range):  # a slice, which stays one: a recording's axis may have a hundred million places
            if sources == range(inputs):
                return Same(inputs, inputs)
            return cls(inputs, len(sources), sources, sources.step * len(sources))
        sources = tuple(sources)
        if sources == tuple(range(inputs)):
            return Same(inputs, inputs)
        known = [(o, source) for o, source in enumerate(sources) if source != NOTHING]
        pace = 1.0
        if len(known) > 1:
            (first, low), (last, high) = known[0], known[-1]
            pace = (high - low) / (last - first)
        return cls(inputs, len(sources), sources, round(pace * len(sources)))

    @property
    def step(self) -> Reach:
        """An element an output."""
        spans = [None if source == NOTHING else (source, source) for source in self.sources]
        return Reach(tuple(spans), self.advance).shortest()

    @cached_property
    def table(self) -> Indices:
        """The sources."""
        return np.array(self.sources, dtype=np.int64).reshape(self.outputs, 1)


@dataclass(frozen=True)
class Chain(AxisMap):
    """One map after another, where a layer does both.

    Args:
        inputs: positions along the input's axis.
        outputs: positions along the output's axis.
        first: the map next to the input.
        last: the map next to the output.
    """

    first: AxisMap
    last: AxisMap

    @property
    def step(self) -> Reach:
        """The two closed forms in one."""
        return self.first.step.through(self.last.step)

    @cached_property
    def table(self) -> Indices:
        """What the first reads for each tap of the last, side by side."""
        nothing = np.full((1, self.first.table.shape[1]), NOTHING)
        reads = np.concatenate([self.first.table, nothing])[self.last.table]  # NOTHING is the row at the end
        return reads.reshape(self.outputs, -1)

    def needs(self, outputs: Flags) -> Flags:
        """Return what the first needs for what the last needs."""
        return self.first.needs(self.last.needs(outputs))


@dataclass(frozen=True)
class Union(AxisMap):
    """Several maps from the same input to the same output, where a layer has branches.

    Args:
        inputs: positions along the input's axis.
        outputs: positions along the output's axis.
        maps: at least one.
    """

    maps: tuple[AxisMap, ...]

    @classmethod
    def of(cls, maps: Sequence[AxisMap]) -> AxisMap:
        """Return the union of maps, which is the map itself where all are equal."""
        different = tuple(dict.fromkeys(maps))
        return different[0] if len(different) == 1 else cls(maps[0].inputs, maps[0].outputs, different)

    @property
    def step(self) -> Reach:
        """The hull of the closed forms."""
        return Reach.joined([map.step for map in self.maps], self.outputs)

    @cached_property
    def table(self) -> Indices:
        """What any of them reads, side by side."""
        return np.concatenate([map.table for map in self.maps], axis=1)

    def needs(self, outputs: Flags) -> Flags:
        """Return what any of them needs."""
        marks: Any = np.logical_or.reduce([map.needs(outputs) for map in self.maps])
        return np.asarray(marks)


def _padded(rows: Sequence[Sequence[int]]) -> Indices:
    """Return rows of different lengths as one table."""
    table = np.full((len(rows), max(map(len, rows), default=0)), NOTHING, dtype=np.int64)
    for number, row in enumerate(rows):
        table[number, : len(row)] = row
    return table
