"""What is odd about a network's geometry: branches that do not meet where they join, elements that nothing reads."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

import numpy as np

from striate.graph.axis import NOTHING, Gathered, Sliding
from striate.graph.recording import Operation, Recording, through


@dataclass(frozen=True)
class Misalignment:
    """A join whose branches look at different places of the input, or move over it differently fast.

    Args:
        path: of the layer, or of the container whose code joins them.
        name: of the operation, such as `"add"`.
        axes: the spatial axes along which it is so, counted from 0.
        distance: how far the middles of the branches' receptive fields lie apart, in elements of the input.
        jumps: the smallest and the largest jump of the branches.
    """

    path: str
    name: str
    axes: tuple[int, ...]
    distance: Fraction
    jumps: tuple[Fraction, Fraction]

    def __str__(self) -> str:
        where = f"{self.name} in {self.path}" if self.path else self.name
        if self.jumps[0] != self.jumps[1]:
            pace = f"move by {float(self.jumps[0]):g} and {float(self.jumps[1]):g} input elements an output"
            return f"{where}: along {_named(self.axes)} the branches {pace}"
        elements = "input element" if self.distance == 1 else "input elements"
        return f"{where}: along {_named(self.axes)} the branches are {float(self.distance):g} {elements} apart"


@dataclass(frozen=True)
class Unread:
    """A window that never reads some elements: its stride leaves gaps, or does not divide what the input has.

    Args:
        path: of the layer, or of the container whose code calls the function.
        name: of the operation.
        axes: the spatial axes along which it is so, counted from 0.
        size: elements of its input along them.
        unread: how many of them no output reads.
        leftover: elements behind the last window, padding included: `(size + before + after - extent) % stride`.
    """

    path: str
    name: str
    axes: tuple[int, ...]
    size: int
    unread: int
    leftover: int

    def __str__(self) -> str:
        return f"{self.path or self.name}: reads {self.size - self.unread} of {self.size} along {_named(self.axes)}"


def misalignments(recording: Recording) -> tuple[Misalignment, ...]:
    """Return the joins whose branches are misaligned.

    Middles are compared, not sizes: a 1x1 convolution beside a 5x5 is aligned if both are centred. Causal branches are
    aligned where their ends meet. A branch that reads all of the input, such as the gate of squeeze-and-excitation, is
    nowhere.

    Source: A. Araujo, W. Norris, J. Sim, "Computing receptive fields of convolutional neural networks", Distill, 2019.
    """
    return _together([found for step in recording.steps for found in _joins(recording, step)])


def unread(recording: Recording) -> tuple[Unread, ...]:
    """Return the windows that leave elements of their input unread, an axis each."""
    found = []
    for step in recording.steps:
        for link in step.links:
            for axis, map in link.maps.items():
                if not isinstance(map, Sliding) or map.only_pads or not map.outputs:
                    continue
                read = int(map.needs(np.ones(map.outputs, dtype=bool)).sum())
                if read < map.inputs:
                    found.append(Unread(step.path, step.name, (axis,), map.inputs, map.inputs - read, map.unread))
    return _together(found)


_Finding = TypeVar("_Finding", Misalignment, Unread)


def _together(findings: Sequence[_Finding]) -> tuple[_Finding, ...]:
    """Return findings that differ in nothing but the axis as one."""
    axes: dict[_Finding, dict[int, None]] = {}
    for found in findings:
        axes.setdefault(replace(found, axes=()), {}).update(dict.fromkeys(found.axes))
    return tuple(replace(found, axes=tuple(numbers)) for found, numbers in axes.items())


def _named(axes: Sequence[int]) -> str:
    return f"axis {axes[0]}" if len(axes) == 1 else f"axes {', '.join(map(str, axes[:-1]))} and {axes[-1]}"


def _joins(recording: Recording, step: Operation) -> Iterator[Misalignment]:
    reaches = recording.reaches
    for output in step.outputs:
        for axis in range(recording.ndim):
            branches = []
            for link in step.links:
                map = link.maps[axis]
                placed = isinstance(map, Gathered) and NOTHING in map.sources  # one after another along this axis
                if link.output == output and link.input in reaches and not map.is_whole and not placed:
                    branches.append(through(reaches[link.input][axis], map))
            branches = [branch for branch in branches if branch.jump != 0]
            middles = {branch.centre for branch in branches}
            jumps = {Fraction(branch.jump) for branch in branches}
            causal = len({branch.end for branch in branches}) == 1
            if len(jumps) > 1 or (len(middles) > 1 and not causal):
                distance = max(middles) - min(middles)
                yield Misalignment(step.path, step.name, (axis,), distance, (min(jumps), max(jumps)))
