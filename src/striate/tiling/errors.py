"""Why a model cannot be run tile by tile."""

from striate.graph import Operation, Recording


class TilingError(ValueError):
    """A model, or a layer of it, whose result in a tile is not that in the whole; the message names the layer."""


def named(recording: Recording, operation: Operation) -> str:
    """Return the name of an operation for a message: the layer's class and path, and the function where it is another.

    >>> from torch import nn, zeros
    >>> from striate.graph import record
    >>> found = record(nn.Sequential(nn.InstanceNorm1d(2)), zeros(1, 2, 8))
    >>> named(found, next(found.steps))
    "InstanceNorm1d '0'"
    """
    module = recording.model.get_submodule(operation.path)
    where = f"{type(module).__name__} {operation.path!r}" if operation.path else f"the {type(module).__name__} itself"
    is_container = operation.module is None and any(True for _ in module.children())
    return f"{operation.name} in {where}" if is_container or not operation.path else where
