"""Where the spatial axes of the input lie in the dimensions of a value, and how views move them."""

from collections.abc import Iterable, Sequence
from math import prod
from typing import NamedTuple

from striate.arithmetic import Reach, Window
from striate.graph.axis import AxisMap, Resized, Same, Sliding, Whole


class Part(NamedTuple):
    """A factor of a dimension: a flattened (C, H, W) has three.

    Args:
        axis: the spatial axis of the input whose positions it counts, None for others such as channels.
        size: its positions.
    """

    axis: int | None
    size: int


Dim = tuple[Part, ...]
Dims = tuple[Dim, ...]


def plain(shape: Iterable[int]) -> Dims:
    """Return dimensions without any axis."""
    return tuple((Part(None, size),) for size in shape)


def spatial(shape: Sequence[int]) -> Dims:
    """Return the dimensions of an input (N, C, *S), whose spatial axes count from 0."""
    return tuple((Part(dim - 2 if dim > 1 else None, size),) for dim, size in enumerate(shape))


def axis_sizes(dims: Dims) -> dict[int, int]:
    """Return the positions along each axis that lies in these dimensions.

    >>> axis_sizes(spatial((1, 3, 28, 32)))
    {0: 28, 1: 32}
    """
    return {part.axis: part.size for dim in dims for part in dim if part.axis is not None}


def regrouped(dims: Dims, shape: Sequence[int]) -> tuple[Dims, dict[int, AxisMap]]:
    """Return the dimensions after a view of this shape, and the map of each axis.

    An axis that is split stays in the outer of its pieces, each of whose positions reads a run of the old; one whose
    pieces do not divide evenly is lost, and everything reads all of it.

    >>> regrouped(spatial((1, 4, 6, 6)), (1, 4, 36))[0][2]
    (Part(axis=0, size=6), Part(axis=1, size=6))
    """
    sizes = axis_sizes(dims)
    maps: dict[int, AxisMap] = {axis: Same(size, size) for axis, size in sizes.items()}
    pieces = _pieces([part for dim in dims for part in dim], shape)
    if pieces is None:
        return plain(shape), {axis: Whole(size, 1) for axis, size in sizes.items()}
    for axis, size in axis_sizes(tuple(pieces)).items():
        if size < sizes[axis]:
            run = sizes[axis] // size
            maps[axis] = Sliding(sizes[axis], size, Window(run, run))
    return tuple(_resolved(dim, maps) for dim in pieces), maps


def _pieces(parts: list[Part], shape: Sequence[int]) -> list[Dim] | None:
    """Deal the parts out to the dimensions of `shape`, splitting those that are too large; None if one does not fit."""
    rest = list(reversed(parts))
    dims: list[Dim] = []
    for size in shape:
        dim: list[Part] = []
        wanted = size
        while wanted > 1:
            if not rest:
                return None
            part = rest.pop()
            if part.size == 0 or wanted % part.size == 0:
                dim.append(part)
                wanted //= max(part.size, 1)
            elif part.size % wanted == 0:
                rest.append(Part(None, part.size // wanted))
                dim.append(Part(part.axis, wanted))
                wanted = 1
            else:
                return None
        if not dim and rest and rest[-1].size == 1:
            dim.append(rest.pop())
        dims.append(tuple(dim) or (Part(None, size),))
    if any(part.size != 1 for part in rest):
        return None
    if rest and dims:  # axes of one position that a view drops stay known in the last dimension
        dims[-1] = (*dims[-1], *reversed(rest))
    return dims


def _resolved(dim: Dim, maps: dict[int, AxisMap]) -> Dim:
    """Make an axis of an axis and what repeats each of its positions, as (H, 2) is in a pixel shuffle."""
    place = next((number for number, part in enumerate(dim) if part.axis is not None), len(dim))
    before, rest = dim[:place], dim[place + 1 :]
    times = prod(part.size for part in rest)
    if times == 1 or prod(part.size for part in before) > 1 or any(part.axis is not None for part in rest):
        return dim
    axis, size = dim[place]
    if axis is None:
        return dim
    repeat = Resized(size, size * times, Reach(((0, 0),) * times, 1))
    maps[axis] = repeat.after(maps[axis])
    return (Part(axis, size * times),)
