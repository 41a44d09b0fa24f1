"""Layers and constants that are different at different places, whatever the size of their input."""

from collections.abc import Sequence

from striate.graph import Operation, Recording, Value
from striate.graph.recorder import tensors_in
from striate.graph.rules import rule_of_function
from striate.graph.rules.mixing import einstein, pointwise, product
from striate.graph.rules.shapes import assigned, concatenation, stacked
from striate.nn.local import LocalLayer
from striate.nn.local_transpose import LocalTransposeLayer
from striate.tiling.errors import TilingError, named
from striate.tiling.motion import links_to

_MEETING = frozenset({pointwise, concatenation, stacked, einstein, product})  # functions of several tensors' elements


def refuse_positions(recording: Recording, axes: Sequence[int]) -> None:
    """Raise a TilingError that names an operation with numbers of its own for each place along one of these axes."""
    for operation, link in links_to(recording):
        value = recording.values[link.output]
        if isinstance(operation.module, LocalLayer | LocalTransposeLayer):
            raise TilingError(f"{named(recording, operation)} has weights of its own at each place")
        rule = rule_of_function(operation.name) if operation.module is None else None
        if rule is assigned:
            raise TilingError(f"{named(recording, operation)} writes to places that are counted from the input's ends")
        if rule in _MEETING and any(_is_placed(operation, value, axis) for axis in axes):
            raise TilingError(f"{named(recording, operation)} brings in a tensor that has a number for each place")


def _is_placed(operation: Operation, value: Value, axis: int) -> bool:
    """Whether a function is given a tensor, not made of the input, that has the axis."""
    dim = value.dim(axis)
    size = value.size(axis)
    constants = tensors_in([operation.arguments, dict(operation.keywords)])
    if dim is None or size == 1:
        return False
    behind = len(value.shape) - dim  # dimensions from the axis to the last, by which tensors are broadcast
    if rule_of_function(operation.name) is pointwise:
        return any(tensor.ndim >= behind and tensor.shape[-behind] > 1 for tensor in constants)
    return any(size in tensor.shape for tensor in constants)


def refuse_indices(recording: Recording) -> None:
    """Raise a TilingError where the indices of a pooling, which count places, go anywhere but into an unpooling."""
    for operation in recording.steps:
        for index in operation.outputs[1:]:
            value = recording.values[index]
            readers = [step for step in recording.steps if index in step.inputs]
            at_end = index in recording.outputs
            if not value.dtype.is_floating_point and (
                at_end or not all("unpool" in step.name.lower() for step in readers)
            ):
                raise TilingError(f"the indices of {named(recording, operation)} count places in the tile")
