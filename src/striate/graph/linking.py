"""From what a rule says about dimensions to the maps between the axes of values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from striate.graph.axis import AxisMap, Same, Whole
from striate.graph.dims import Dim, Dims, Part, axis_sizes, plain, regrouped


@dataclass(frozen=True)
class Regroup:
    """A view: all dimensions in their order, cut anew."""


REGROUP = Regroup()

# What an output's dimension follows: an input's dimension by a map; several, which it flattens; or none.
Follows = tuple[tuple[int, AxisMap], ...]
Spec = Sequence[Follows] | Regroup


@dataclass(frozen=True)
class Link:
    """How one output of an operation depends on one of its inputs, along every spatial axis of the model's input.

    Args:
        input: number of the value read.
        output: number of the value made.
        maps: by axis.
    """

    input: int
    output: int
    maps: Mapping[int, AxisMap]


def carried(dims: Dims, spec: Spec, shape: Sequence[int]) -> tuple[Dims, dict[int, AxisMap]]:
    """Return an output's dimensions as far as one input tells them, and the map of each of the input's axes."""
    if isinstance(spec, Regroup):
        return regrouped(dims, shape)
    maps: dict[int, AxisMap] = {}
    result: list[Dim] = []
    for size, follows in zip(shape, spec, strict=True):
        parts: list[Part] = []
        for source, map in follows:
            parts += _moved(dims[source], map, maps)
        result.append(tuple(parts) or (Part(None, size),))
    for axis, size in axis_sizes(dims).items():
        maps.setdefault(axis, Whole(size, 1))
    return tuple(result), maps


def joined(
    inputs: Sequence[tuple[int, Dims, Spec]], output: int, shape: Sequence[int], ndim: int
) -> tuple[Dims, tuple[Link, ...]]:
    """Return an output's dimensions and its links to all inputs: their numbers, dimensions and what they tell.

    There are `ndim` axes; one that lies in no dimension of a value has one position there.

    Where inputs disagree about where an axis lies, the first is followed and all of the others is read everywhere.
    """
    told = [carried(dims, spec, shape) for _, dims, spec in inputs]
    chosen = list(plain(shape))
    placed: set[int] = set()
    for dims, _ in told:
        for number, dim in enumerate(dims):
            axes = {part.axis for part in dim} - {None}
            if axes and not axes & placed and not any(part.axis is not None for part in chosen[number]):
                chosen[number] = dim
                placed |= {axis for axis in axes if axis is not None}
    sizes = axis_sizes(tuple(chosen))
    links = []
    for (index, before, _), (dims, maps) in zip(inputs, told, strict=True):
        agreed = {axis for mine, dim in zip(dims, chosen, strict=True) if mine == dim for axis in axis_sizes((mine,))}
        own = axis_sizes(before)
        full = {
            axis: maps[axis]
            if axis in own and (axis in agreed or (axis not in sizes and maps[axis].outputs == 1))
            else Whole(own.get(axis, 1), sizes.get(axis, 1))
            for axis in range(ndim)
        }
        links.append(Link(index, output, full))
    return tuple(chosen), tuple(links)


def _moved(dim: Dim, map: AxisMap, maps: dict[int, AxisMap]) -> list[Part]:
    """Return the parts that a dimension becomes under a map; the maps of its axes are added to `maps`."""
    if isinstance(map, Same):
        maps.update({part.axis: Same(part.size, part.size) for part in dim if part.axis is not None})
        return list(dim)
    movers = [part for part in dim if part.size > 1] or [part for part in dim if part.axis is not None]
    if len(movers) != 1 or movers[0].axis is None:  # no axis, or several in one dimension, of which a window knows none
        return [Part(None, map.outputs)]
    maps[movers[0].axis] = map
    return [Part(movers[0].axis, map.outputs)]
