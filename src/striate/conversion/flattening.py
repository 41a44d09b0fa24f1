"""Which linear layers get feature maps in one row: channels last, that row has another order."""

from torch import Tensor, nn

from striate.graph import Operation, Recording, record

# They leave every element where it is
_PASSED = (nn.Dropout, nn.Identity, nn.ReLU, nn.Tanh, nn.Sigmoid, nn.GELU, nn.SiLU, nn.LeakyReLU, nn.ELU, nn.Softplus)


def flattened_maps(model: nn.Module, input: Tensor) -> dict[str, tuple[int, ...]]:
    """Return the shape (C, *S) of the maps that each linear layer gets flattened, by the layer's path.

    Args:
        model: Any module.
        input: What it is called with, once.

    >>> import torch
    >>> model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Dropout(), nn.Linear(144, 2), nn.Linear(2, 2))
    >>> flattened_maps(model, torch.rand(1, 1, 8, 8))
    {'3': (4, 6, 6)}
    """
    recording = record(model, input, keep=False)
    found = {}
    for operation in recording:
        if isinstance(operation.module, nn.Linear):
            shape = _maps_before(recording, operation)
            if shape is not None:
                found[operation.path] = shape
    return found


def _maps_before(recording: Recording, operation: Operation) -> tuple[int, ...] | None:
    while True:
        value = recording.values[operation.inputs[0]]
        if value.producer is None:
            return None
        operation = recording.operations[value.producer]
        before = recording.values[operation.inputs[0]].shape
        if len(value.shape) == 2 and len(before) > 2:
            return before[1:] if operation.name.lower() in {"flatten", "view", "reshape"} else None
        if not isinstance(operation.module, _PASSED):
            return None
