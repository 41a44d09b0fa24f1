"""The receptive field: what part of the input one output sees, through any chain of windows, both ways."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from striate.arithmetic.geometry import Geometry
from striate.arithmetic.window import Window

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """The receptive field along one axis, in elements of the chain's input.

    Args:
        size: elements that one output sees; of outputs that see differently many, the most.
        jump: distance between the fields of two neighbouring outputs, in the mean a fraction after an upsampling; 0
            where every output sees the same.
        offset: first element that output 0 sees; negative if it lies in the padding.

    Output `o` sees elements `offset + o * jump` to `offset + o * jump + size - 1`; after upsampling, see `Reach`.

    Source: A. Araujo, W. Norris, J. Sim, "Computing receptive fields of convolutional neural networks", Distill, 2019.
    """

    size: int = 1
    jump: int | Fraction = 1
    offset: int = 0

    def through(self, window: Window) -> "ReceptiveField":
        """Return the receptive field after one more layer with this window."""
        return self._reach.through(Reach.of_window(window)).field

    def of(self, output: int) -> range:
        """Return the elements that `output` sees; those below 0 or past the input's end are padding."""
        first, last = self._reach.of(output) or (0, -1)
        return range(first, last + 1)

    @property
    def _reach(self) -> "Reach":
        """The reach of which this is all there is to know; with a fractional jump every output stands for the most."""
        period = Fraction(self.jump).denominator
        starts = [self.offset + int(phase * self.jump) for phase in range(period)]
        return Reach(tuple((start, start + self.size - 1) for start in starts), int(period * self.jump))


@dataclass(frozen=True, slots=True)
class Reach:
    """From where to where each output reads along one axis, the pattern repeating with a period.

    It describes one step, such as a window or its transpose, and whole chains of them. Padding is not cut off.

    Args:
        spans: the first and the last element that each of the first outputs reads, or None for one that reads nothing.
        advance: elements by which the spans of the next `len(spans)` outputs lie further.

    Output `a * len(spans) + p` reads from `spans[p][0] + a * advance` to `spans[p][1] + a * advance`.

    >>> upsampled = Reach(((0, 0), (0, 0)), advance=1)  # twice as many, each element repeated
    >>> upsampled.through(Reach.of_window(Window(kernel=3, before=1))).field
    ReceptiveField(size=2, jump=Fraction(1, 2), offset=-1)
    """

    spans: tuple[Span | None, ...] = ((0, 0),)
    advance: int = 1

    @classmethod
    def of_window(cls, window: Window) -> "Reach":
        """Return the step that a sliding window takes."""
        return cls(((-window.before, window.extent - 1 - window.before),), window.stride)

    @classmethod
    def of_transposed(cls, window: Window) -> "Reach":
        """Return the step that the transpose of a window takes: `stride` outputs for each input.

        Output `o` reads the inputs `i` with `o = i * stride - before + t * dilation` for a tap `t`.

        >>> Reach.of_transposed(Window(kernel=3, stride=2, before=1)).spans
        ((0, 0), (0, 1))
        """
        spans: list[Span | None] = []
        for output in range(window.stride):
            places = [output + window.before - tap * window.dilation for tap in range(window.kernel)]
            inputs = [place // window.stride for place in places if place % window.stride == 0]
            spans.append((min(inputs), max(inputs)) if inputs else None)
        return cls(tuple(spans), 1)

    @classmethod
    def whole(cls, size: int) -> "Reach":
        """Return the step in which every output reads all of an axis of `size`."""
        return cls(((0, size - 1),), 0)

    @property
    def size(self) -> int:
        """Elements from the first to the last that one output reads; of outputs that differ, the most."""
        return max((last - first + 1 for first, last in filter(None, self.spans)), default=0)

    @property
    def jump(self) -> int | Fraction:
        """Distance between the spans of two neighbouring outputs, in the mean; 0 where all read the same."""
        jump = Fraction(self.advance, len(self.spans))
        return jump.numerator if jump.denominator == 1 else jump

    @property
    def centre(self) -> Fraction:
        """Where the middle of output 0's span lies; the mean over the period, so that it compares with others."""
        return self._mean([None if span is None else Fraction(sum(span), 2) for span in self.spans])

    @property
    def end(self) -> Fraction:
        """Where output 0's span ends, in the same mean; where branches are causal their ends meet."""
        return self._mean([None if span is None else Fraction(span[1]) for span in self.spans])

    @property
    def field(self) -> ReceptiveField:
        """Size, jump and offset; exact where the period is 1."""
        first = next((span for span in self.spans if span is not None), (0, -1))
        return ReceptiveField(self.size, self.jump, first[0])

    def of(self, output: int) -> Span | None:
        """Return the first and the last element that `output` reads, or None."""
        turns, phase = divmod(output, len(self.spans))
        span = self.spans[phase]
        return None if span is None else (span[0] + turns * self.advance, span[1] + turns * self.advance)

    def through(self, step: "Reach") -> "Reach":
        """Return the reach of the outputs of one more step, which reads the outputs of this one."""
        own = len(self.spans)
        repeats = own // gcd(step.advance, own)
        spans = [self._seen(step.of(output)) for output in range(len(step.spans) * repeats)]
        return Reach(tuple(spans), step.advance * repeats // own * self.advance).shortest()

    @staticmethod
    def joined(reaches: Sequence["Reach"], outputs: int) -> "Reach":
        """Return the least reach that holds several, of an axis of this many outputs.

        Where one of them reads the whole axis from every output, so does the result; where they move differently fast,
        it is exact for the outputs that there are.
        """
        if len(set(reaches)) == 1:
            return reaches[0]
        jumps = {reach.jump for reach in reaches}
        period = lcm(*(len(reach.spans) for reach in reaches)) if len(jumps) == 1 else outputs
        spans = [_hull(reach.of(output) for reach in reaches) for output in range(period)]
        if len(jumps) > 1 and 0 in jumps:
            return Reach((_hull(spans),), 0)
        return Reach(tuple(spans), round(period * max(jumps))).shortest()

    def bounded(self, outputs: int) -> "Reach":
        """Return the same with a period of `outputs` at most: exact for those, and nearly so past them."""
        if len(self.spans) <= outputs:
            return self
        return Reach(self.spans[:outputs], round(outputs * self.jump))

    def _mean(self, places: Sequence[Fraction | None]) -> Fraction:
        """Return the mean of a place in each span, taken back to output 0."""
        back = [place - self.jump * phase for phase, place in enumerate(places) if place is not None]
        return sum(back, Fraction()) / max(len(back), 1)

    def _seen(self, read: Span | None) -> Span | None:
        """Return the hull of what the outputs from the first to the last of `read` read."""
        if read is None:
            return None
        first, last = read
        own = len(self.spans)
        if last - first >= 2 * own:  # the extremes lie in the first or the last period
            return _hull(self.of(i) for i in (*range(first, first + own), *range(last - own + 1, last + 1)))
        return _hull(self.of(i) for i in range(first, last + 1))

    def shortest(self) -> "Reach":
        """Return the same with the shortest period."""
        total = len(self.spans)
        for period in range(1, total):
            if total % period == 0 and self.advance * period % total == 0:
                shorter = Reach(self.spans[:period], self.advance * period // total)
                if all(shorter.of(output) == span for output, span in enumerate(self.spans)):
                    return shorter
        return self


def receptive_field(layers: Iterable[Geometry], size: Sequence[int]) -> tuple[ReceptiveField, ...]:
    """Return the receptive field, one an axis, of the last of `layers` applied one after another.

    Args:
        layers: the geometry of each convolution or pooling, first layer first.
        size: spatial size of the input (padding words depend on it).

    Raises:
        ValueError: a layer's window does not fit its input.

    >>> receptive_field([Geometry.of((3,), padding=1), Geometry.of((2,), stride=2)], size=(28,))
    (ReceptiveField(size=4, jump=2, offset=-1),)
    """
    sizes = tuple(size)
    fields = (ReceptiveField(),) * len(sizes)
    for geometry in layers:
        windows = geometry.windows(sizes)
        fields = tuple(field.through(window) for field, window in zip(fields, windows, strict=True))
        sizes = geometry.output_size(sizes)
    return fields


def _hull(spans: Iterable[Span | None]) -> Span | None:
    known = [span for span in spans if span is not None]
    return (min(first for first, _ in known), max(last for _, last in known)) if known else None
