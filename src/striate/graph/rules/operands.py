"""What rules read and return."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from striate.graph.axis import Same, Whole
from striate.graph.dims import Dims
from striate.graph.linking import Follows, Spec


@dataclass(frozen=True)
class Operand:
    """A tensor among a call's arguments that follows from the model's input.

    Args:
        index: number of the value.
        shape: its shape.
        dims: where the axes lie in it.
    """

    index: int
    shape: tuple[int, ...]
    dims: Dims

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)


@dataclass(frozen=True)
class Result:
    """The output of a call for which a rule is asked.

    Args:
        shape: its shape.
        place: its place among the call's outputs.
        shapes: of all of them.
    """

    shape: tuple[int, ...]
    place: int
    shapes: tuple[tuple[int, ...], ...]

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)


Told = list[tuple[Operand, Spec]]
Rule = Callable[..., Told]


def told(*pairs: tuple[object, Spec]) -> Told:
    """Return those pairs that are about an operand; weights and numbers follow from nothing."""
    return [(argument, spec) for argument, spec in pairs if isinstance(argument, Operand)]


def same(operand: object, dims: Iterable[int]) -> list[Follows]:
    """Return what follows an operand's dimensions as they are."""
    if not isinstance(operand, Operand):
        return [() for _ in dims]
    return [((dim, Same(operand.shape[dim], operand.shape[dim])),) for dim in dims]


def everywhere(operand: Operand, shape: Sequence[int], dims: Iterable[int] | None = None) -> list[Follows]:
    """Return a spec of outputs that keep their places and read all of some dimensions, or of all."""
    mixed = {dim % operand.ndim for dim in (range(operand.ndim) if dims is None else dims)}
    return [
        ((dim, Whole(operand.shape[dim], shape[dim]) if dim in mixed else Same(operand.shape[dim], shape[dim])),)
        for dim in range(operand.ndim)
    ]


def operands_in(argument: object) -> list[Operand]:
    """Return the operands in an argument, which may be a sequence of tensors or a dict."""
    if isinstance(argument, Operand):
        return [argument]
    inner: Iterable[Any] = ()
    if isinstance(argument, list | tuple):
        inner = argument
    elif isinstance(argument, dict):
        inner = argument.values()
    return [operand for item in inner for operand in operands_in(item)]


def listed(value: Any, ndim: int) -> tuple[Any, ...]:
    """Return one item an axis, as torch reads an int or a sequence of one."""
    items = tuple(value) if isinstance(value, list | tuple) else (value,)
    return items * ndim if len(items) == 1 else items
