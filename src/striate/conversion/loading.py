"""Converted parameters, all loaded or none."""

from collections.abc import Mapping

from torch import Tensor, nn


def load_all(model: nn.Module, layers: Mapping[str, Mapping[str, Tensor]]) -> None:
    """Load each layer's parameters and buffers, by its path; what it counts, such as batches, stays.

    >>> import torch
    >>> model = nn.Sequential(nn.Linear(1, 1, bias=False))
    >>> load_all(model, {"0": {"weight": torch.tensor([[2.0]])}})
    >>> model(torch.ones(1, 1)).item()
    2.0
    """
    state = {
        f"{path}.{name}" if path else name: tensor for path, part in layers.items() for name, tensor in part.items()
    }
    model.load_state_dict({**model.state_dict(), **state})
