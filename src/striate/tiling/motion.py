"""How a model moves along one axis of its input: its output's pace, its period, and how far an inner end is felt."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import floor, gcd, lcm

from striate.graph import Link, Operation, Recording
from striate.tiling.errors import TilingError, named
from striate.tiling.steps import Step, step_of


@dataclass(frozen=True)
class Motion:
    """What tiles along one axis need to know of a model.

    Args:
        axis: which, counted from 0.
        size: positions along it.
        outputs: positions along the output's.
        rate: outputs for each input.
        period: inputs by which a window may be moved so that every stride and every resizing stays in phase.
        low: outputs next to the low end of a window that are wrong where the input goes on there.
        high: the same at the high end.
        least: inputs of the smallest window in which border rules copy nothing that is wrong.
        wraps: whether the axis is a circle: every border rule along it is circular.
    """

    axis: int
    size: int
    outputs: int
    rate: Fraction
    period: int
    low: int
    high: int
    least: int
    wraps: bool

    def outputs_of(self, window: int) -> int:
        """Return the outputs that a window of so many inputs has; their difference to the whole is in full periods."""
        return int(self.outputs - (self.size - window) * self.rate)


@dataclass
class _At:
    """Of one value: outputs an input, and how many at either end are wrong where the input goes on."""

    rate: Fraction
    low: int = 0
    high: int = 0


def motion(recording: Recording, axis: int) -> Motion:
    """Follow a model's only output back along one axis of its input.

    Raises:
        TilingError: an operation reads the whole axis, or differently at different places; it is named.

    >>> from torch import nn, zeros
    >>> from striate.graph import record
    >>> model = nn.Sequential(nn.Conv1d(1, 1, 3, padding=1), nn.MaxPool1d(2), nn.Conv1d(1, 1, 3, padding=1))
    >>> found = motion(record(model, zeros(1, 1, 20)), 0)
    >>> found.rate, found.period, found.low, found.high
    (Fraction(1, 2), 2, 2, 2)
    """
    values = recording.values
    found = {recording.source: _At(Fraction(1))}
    period, least, borders = 1, 1, dict[str, Operation]()
    uneven: Operation | None = None
    for operation, link in links_to(recording):
        step = _step(recording, operation, link, axis)
        before, inputs, outputs = found[link.input], values[link.input].size(axis), values[link.output].size(axis)
        count, advance = step.spread
        rate = before.rate * count / advance
        low = step.low(before.low)
        high = step.high(before.high, inputs, outputs)
        known = found.setdefault(link.output, _At(rate, low, high))
        if known.rate != rate:
            raise TilingError(
                f"{named(recording, operation)} joins branches that move differently fast along axis {axis}"
            )
        known.low, known.high = max(known.low, low), max(known.high, high)
        # A move by the period is a whole number of every value's elements, and of the operation's own periods
        period = lcm(period, rate.denominator, _moves(rate, count))
        least = max(
            least,
            _smallest(
                values[recording.source].size(axis), inputs, before.rate, before.low + before.high + 2 * step.depth
            ),
            _smallest(values[recording.source].size(axis), outputs, rate, known.low + known.high),
        )
        if step.border:
            borders.setdefault(step.border, operation)
        if outputs * advance != inputs * count:
            uneven = uneven or operation
    output = recording.outputs[0]
    size = values[recording.source].size(axis)
    wraps = "circular" in borders
    if wraps and (len(borders) > 1 or uneven is not None or size % period):
        other = next((operation for border, operation in borders.items() if border != "circular"), uneven)
        at_fault = "" if other is None else f", and {named(recording, other)} does not go round with it"
        raise TilingError(
            f"{named(recording, borders['circular'])} has circular borders along axis {axis}{at_fault}; a circle can "
            f"be cut into tiles if every layer is circular, and the {size} inputs are a multiple of {period}"
        )
    end = found[output]
    return Motion(axis, size, values[output].size(axis), end.rate, period, end.low, end.high, least, wraps)


def links_to(recording: Recording) -> Iterator[tuple[Operation, Link]]:
    """Return the links from the source to the model's first output, in the order of computation."""
    reading = {recording.outputs[0]}
    for operation in reversed(list(recording.steps)):
        if reading & set(operation.outputs):
            reading |= set(operation.inputs)
    following = {recording.source}
    for operation in recording.steps:
        for link in operation.links:
            if link.output in reading and link.input in following and link.input != link.output:
                following.add(link.output)
                yield operation, link


def _step(recording: Recording, operation: Operation, link: Link, axis: int) -> Step:
    step = step_of(link.maps[axis])
    if step is None:
        how = "reads all of" if link.maps[axis].is_whole else "depends on the place along"
        raise TilingError(f"{named(recording, operation)} {how} axis {axis}")
    return step


def _moves(rate: Fraction, count: int) -> int:
    """Return the least move of the input that moves outputs of this rate by a multiple of `count`."""
    return rate.denominator * (count // gcd(count, rate.numerator))


def _smallest(size: int, elements: int, rate: Fraction, more_than: int) -> int:
    """Return the smallest input at which a value of `elements` at `size` still has more elements than that."""
    return max(1, min(size, floor(size - (elements - more_than) / rate) + 1))
