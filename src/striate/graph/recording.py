"""What a model computed: the values, and the operations between them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from striate.arithmetic import Reach
from striate.graph.axis import AxisMap, Same
from striate.graph.dims import Dims, axis_sizes
from striate.graph.linking import Link
from striate.graph.naming import VIEWS

# A reach is exact up to this period, or to the outputs that there are: odd resizings one after another multiply theirs
_PERIOD = 4096


@dataclass(frozen=True)
class Value:
    """A tensor that follows from the model's input.

    Args:
        index: its number in `Recording.values`.
        shape: its shape.
        dtype: its dtype.
        tensor: itself, or None where the recording keeps none; a copy where something worked on it in place later.
        producer: number of the operation that made it; None for an input of the model.
        dims: where the spatial axes of the model's input lie in its dimensions.
        strides: its strides in elements, which tell the memory format.
    """

    index: int
    shape: tuple[int, ...]
    dtype: torch.dtype
    tensor: Tensor | None = field(repr=False)
    producer: int | None
    dims: Dims = field(repr=False)
    strides: tuple[int, ...] = field(repr=False)

    @property
    def bytes(self) -> int:
        """Bytes of its elements."""
        return self.elements * self.dtype.itemsize

    @property
    def elements(self) -> int:
        """Number of its elements."""
        return torch.Size(self.shape).numel()

    def size(self, axis: int) -> int:
        """Positions along a spatial axis of the model's input; 1 where it has been summed up."""
        return axis_sizes(self.dims).get(axis, 1)

    def dim(self, axis: int) -> int | None:
        """Return the dimension in which an axis lies by itself; None where it is flattened with others, or gone."""
        for number, parts in enumerate(self.dims):
            if [part.axis for part in parts if part.size > 1 or part.axis is not None] == [axis]:
                return number
        return None


@dataclass(frozen=True)
class Operation:
    """A call of a layer, or of a function in a container's own code.

    Args:
        index: its number in `Recording.operations`.
        name: the class of the layer, or the function's name.
        path: where the module stands in the model, as in `named_modules`; of a function, that of the container.
        module: the layer; None for a function.
        inputs: numbers of the values read.
        outputs: numbers of the values made.
        arguments: what a function was called with, by position; the values read are `Value`s.
        keywords: the same, by name.
        links: how the positions of the outputs depend on the inputs'.
        parts: the functions that a layer without a rule of its own called.
        unknown: names of the functions within of which nothing is known: they are taken to read everything.
        event: its number among all calls outside of layers, those that make constants counted too.
    """

    index: int
    name: str
    path: str
    module: nn.Module | None = field(repr=False)
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    arguments: tuple[Any, ...] = field(repr=False)
    keywords: Mapping[str, Any] = field(repr=False)
    links: tuple[Link, ...] = field(repr=False)
    parts: tuple["Operation", ...] = field(default=(), repr=False)
    unknown: tuple[str, ...] = ()
    event: int = field(default=0, repr=False)

    @property
    def steps(self) -> tuple["Operation", ...]:
        """The functions within a layer without a rule of its own, else the operation itself."""
        return self.parts or (self,)

    @property
    def is_view(self) -> bool:
        """Whether it is a function that only moves what it is given, such as `reshape`, and computes nothing."""
        return self.module is None and self.name in VIEWS

    def link(self, input: int, output: int) -> Link:
        """Return the link between two values of this operation."""
        return next(link for link in self.links if (link.input, link.output) == (input, output))


@dataclass(frozen=True)
class Recording:
    """A model's computation on an input, as a graph; `record` makes it.

    Args:
        model: the model.
        values: the inputs first, then in the order of computation.
        operations: in the order of computation.
        inputs: numbers of the model's inputs.
        outputs: numbers of the tensors that the model returned.
        source: number of the input whose axes are followed, the first with spatial axes.
        internal: numbers of the values within layers, which no other operation reads.
        returned: the values that each module's calls returned first, by its path.
    """

    model: nn.Module = field(repr=False)
    values: tuple[Value, ...] = field(repr=False)
    operations: tuple[Operation, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    source: int
    internal: frozenset[int] = field(repr=False)
    returned: Mapping[str, tuple[int, ...]] = field(repr=False)

    @property
    def ndim(self) -> int:
        """Number of spatial axes."""
        return max(0, len(self.values[self.source].shape) - 2)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Functions of which nothing is known and that are taken to read everything."""
        return tuple(dict.fromkeys(name for operation in self.operations for name in operation.unknown))

    @property
    def steps(self) -> Iterator[Operation]:
        """The operations, those of a layer that has no rule of its own one by one."""
        for operation in self.operations:
            yield from operation.steps

    @cached_property
    def consumers(self) -> dict[int, tuple[int, ...]]:
        """The operations that read each value, by its number."""
        reading: dict[int, list[int]] = {value.index: [] for value in self.values}
        for operation in self.operations:
            for index in operation.inputs:
                reading[index].append(operation.index)
        return {index: tuple(numbers) for index, numbers in reading.items()}

    @cached_property
    def reaches(self) -> dict[int, tuple[Reach, ...]]:
        """The receptive field of each value that follows from the source, by its number: a closed form an axis."""
        found = {self.source: (Reach(),) * self.ndim}
        for step in self.steps:
            for output in step.outputs:
                links = [link for link in step.links if link.output == output and link.input in found]
                if links:
                    found[output] = tuple(
                        Reach.joined(
                            [through(found[link.input][axis], link.maps[axis]) for link in links],
                            self.values[output].size(axis),
                        )
                        for axis in range(self.ndim)
                    )
        return found

    def made_by(self, layer: str | nn.Module, call: int = -1) -> Value:
        """Return what a layer or a container returned, by its path or itself; of several calls the last, or another.

        Raises:
            ValueError: the model has no such layer, or it was not called so often; those that were are listed.
        """
        paths = [layer] if isinstance(layer, str) else []
        if isinstance(layer, nn.Module):
            paths = [path for path, module in self.model.named_modules() if module is layer]
        made = next((self.returned[path] for path in paths if path in self.returned), ())
        if not -len(made) <= call < len(made):
            name = repr(layer) if isinstance(layer, str) else f"a {type(layer).__name__}"
            times = f", called {len(made)} times" if made else ", which it does not call"
            raise ValueError(
                f"layer must be one that the model calls, but got {name}{times}; it calls "
                f"{', '.join(repr(path) for path in self.returned)}"
            )
        return self.values[made[call]]

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations)


def through(reach: Reach, map: AxisMap) -> Reach:
    """Return the reach of an output from its input's."""
    return reach if isinstance(map, Same) else reach.through(map.step).bounded(max(map.outputs, _PERIOD))
