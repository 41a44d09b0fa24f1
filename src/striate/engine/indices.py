"""Indices that users give are looked at before they are followed."""

from torch import Tensor

from striate.engine.guard import is_traced, why_not


def check_indices(indices: Tensor, count: int, name: str) -> None:
    """Raise a ValueError unless all are in `range(count)`; only plain tensors on the CPU have values to look at."""
    if indices.numel() == 0 or is_traced() or why_not(indices, indices) is not None:
        return
    low, high = (int(value) for value in indices.aminmax())
    if low < 0 or high >= count:
        raise ValueError(f"{name} must be from 0 to {count - 1}, but got {low if low < 0 else high}")
