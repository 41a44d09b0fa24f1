"""Which positions of each value some outputs need: exact along every axis, borders and branches included."""

from collections.abc import Mapping, Sequence

import numpy as np

from striate.graph.axis import Flags
from striate.graph.recording import Recording


def needed(recording: Recording, value: int, outputs: Sequence[Flags]) -> Mapping[int, tuple[Flags, ...]]:
    """Return what some positions of a value need, of every value that it follows from and of itself.

    Args:
        recording: the computation.
        value: number of the value.
        outputs: an axis, which of its positions are asked for.

    What a unit needs is a box for each path back through the graph; returned is, an axis, every position that lies in
    one of them. Positions that only padding reads are left out.

    >>> from torch import nn, zeros
    >>> from striate.graph import record
    >>> found = record(nn.Sequential(nn.Conv1d(1, 1, 3, padding=1), nn.Conv1d(1, 1, 3, stride=2)), zeros(1, 1, 9))
    >>> (first,) = needed(found, found.outputs[0], [np.array([True, False, False, False])])[0]
    >>> np.flatnonzero(first)
    array([0, 1, 2, 3])
    """
    found: dict[int, tuple[Flags, ...]] = {value: tuple(np.asarray(flags, dtype=bool) for flags in outputs)}
    for step in reversed(list(recording.steps)):
        for link in step.links:
            if link.output not in found or link.input == link.output:
                continue
            wanted = found[link.output]
            marks = tuple(link.maps[axis].needs(wanted[axis]) for axis in range(recording.ndim))
            if not all(flags.any() for flags in marks):  # along one axis it reads padding only
                continue
            before = found.get(link.input)
            found[link.input] = marks if before is None else tuple(map(np.logical_or, before, marks))
    return found
