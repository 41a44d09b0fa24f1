"""The steps of a network as a page shows them: a recording's operations, each with its arithmetic."""

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

from striate.graph import Operation, Recording, Sliding
from striate.view.explainer.agreement import agrees
from striate.view.explainer.kinds import OTHER, Arithmetic, arithmetic_of, divisors
from striate.view.explainer.schema import Window

Reads = tuple[tuple[tuple[int | None, ...], ...], ...]


@dataclass(frozen=True)
class Step:
    """An operation that makes one value.

    Args:
        operation: Of the recording, or a part of a layer that has several.
        output: The number of the value that it makes.
        arithmetic: How, which the network's numbers agree with.
        windows: As in `schema.Operation`.
        reads: Likewise.
        divisors: Likewise.
    """

    operation: Operation
    output: int
    arithmetic: Arithmetic
    windows: tuple[Window | None, ...] = ()
    reads: Reads = ()
    divisors: tuple[tuple[int, ...], ...] | None = None

    @property
    def name(self) -> str:
        """The layer's path in the model, or the function's name."""
        operation = self.operation
        if operation.module is None or not operation.path:
            return operation.name.strip("_")
        return operation.path


def steps_of(recording: Recording) -> Iterator[Step]:
    """Yield the steps of a recording; a layer that cannot be taken apart is shown by the functions that it calls."""
    for operation in recording.operations:
        found = _steps(operation, recording)
        if len(operation.parts) > 1 and any(step.arithmetic.kind == "other" for step in found):
            found = [step for part in operation.parts for step in _steps(part, recording)]
        yield from found


def numbers_of(recording: Recording, index: int) -> Tensor:
    """Return a value's numbers as float32 without the batch of one.

    Raises:
        ValueError: The recording keeps no tensors.
    """
    tensor = recording.values[index].tensor
    if tensor is None:
        raise ValueError("recording must keep its tensors, but was made with keep=False")
    tensor = tensor.detach().cpu().float()
    return tensor[0] if tensor.ndim > 1 and len(tensor) == 1 else tensor


def _steps(operation: Operation, recording: Recording) -> list[Step]:
    first, *others = operation.outputs
    return [_step(operation, first, recording), *(Step(operation, output, OTHER) for output in others)]


def _step(operation: Operation, output: int, recording: Recording) -> Step:
    arithmetic = arithmetic_of(operation, recording)
    maps = []
    if arithmetic.kind in {"convolution", "pooling"}:
        link = operation.link(operation.inputs[0], output)
        maps = [link.maps[axis] for axis in range(recording.ndim)]
    reads: Reads = tuple(
        tuple(tuple(None if seat < 0 else seat for seat in row) for row in map.table.tolist()) for map in maps
    )
    windows = tuple(_window(map.window) if isinstance(map, Sliding) else None for map in maps)
    parts = divisors(arithmetic, maps, [map.outputs for map in maps])
    inputs = [numbers_of(recording, index) for index in operation.inputs]
    if not agrees(arithmetic, inputs, numbers_of(recording, output), reads, parts):
        return Step(operation, output, OTHER)
    return Step(operation, output, arithmetic, windows, reads, parts)


def _window(window: object) -> Window:
    return Window(*(getattr(window, name) for name in ("kernel", "stride", "dilation", "before")))
