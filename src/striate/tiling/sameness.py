"""Whether a model does the same in a window as in the whole, operation by operation."""

from collections.abc import Sequence

from striate.graph import Link, Operation, Recording
from striate.graph.rules import rule_of_function
from striate.graph.rules.mixing import pointwise
from striate.tiling.errors import TilingError, named
from striate.tiling.motion import Motion, links_to
from striate.tiling.steps import step_of


def refuse_differences(whole: Recording, window: Recording, motions: Sequence[Motion]) -> None:
    """Raise a TilingError that names the first operation that differs between the recordings.

    Along each axis its step must be the same, and what it returns shorter by what the window is shorter, at the
    value's pace; numbers that are added or multiplied must be the same too.

    Args:
        whole: the model on the whole input.
        window: the model on one window of it.
        motions: how the model moves along each axis.
    """
    mine, other = list(links_to(whole)), list(links_to(window))
    for (operation, link), (again, its) in zip(mine, other, strict=False):
        same = (operation.name, operation.path) == (again.name, again.path)
        if not same or _numbers(operation) != _numbers(again) or not _moves_alike(window, link, its, motions):
            raise TilingError(
                f"{named(whole, operation)} depends on the size of the input: on one window it is not what it is on "
                "the whole"
            )
    if len(mine) != len(other):
        raise TilingError(
            f"{type(whole.model).__name__} runs {len(other)} operations on one window, and {len(mine)} on the whole"
        )


def _moves_alike(window: Recording, link: Link, its: Link, motions: Sequence[Motion]) -> bool:
    if (link.input, link.output) != (its.input, its.output):
        return False
    source = window.values[window.source]
    for axis, moved in enumerate(motions):
        map, other = link.maps[axis], its.maps[axis]
        size = source.size(axis)
        if size == moved.size:
            if (map.inputs, map.outputs) != (other.inputs, other.outputs):
                return False
            continue
        step = step_of(map)
        if step is None or step != step_of(other):
            return False
        count, advance = step.spread
        if (map.inputs - other.inputs) * count != (map.outputs - other.outputs) * advance:
            return False
    return True


def _numbers(operation: Operation) -> list[float]:
    """Return the plain numbers that a function of elements is given."""
    if operation.module is not None or rule_of_function(operation.name) is not pointwise:
        return []
    given = [*operation.arguments, *operation.keywords.values()]
    return [item for item in given if isinstance(item, int | float)]
