"""Pooling to a size that is asked for: the windows of a plain pooling where they are alike, else each its own."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from striate.arithmetic import Geometry
from striate.arithmetic.adaptive import adaptive_windows
from striate.engine import pooling
from striate.engine.axis_passes import max_by_axis, sum_by_axis

_TORCH_MAX: dict[int, Any] = {
    1: F.adaptive_max_pool1d_with_indices,
    2: F.adaptive_max_pool2d_with_indices,
    3: F.adaptive_max_pool3d_with_indices,
}
_TORCH_AVG: dict[int, Any] = {1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d}


def adaptive_max(input: Tensor, outputs: tuple[int, ...], return_indices: bool) -> tuple[Tensor, Tensor | None]:
    """Max-pool (N, C, *S) to (N, C, *outputs)."""
    geometry = _alike(input, outputs)
    if geometry is not None:
        return pooling.max_pool(input, geometry, False, return_indices)
    if len(outputs) in _TORCH_MAX:
        pooled: tuple[Tensor, Tensor] = _TORCH_MAX[len(outputs)](input, outputs)
        return pooled
    return max_by_axis(input, _windows(input, outputs))


def adaptive_avg(input: Tensor, outputs: tuple[int, ...]) -> Tensor:
    """Average-pool (N, C, *S) to (N, C, *outputs)."""
    geometry = _alike(input, outputs)
    if geometry is not None:
        return pooling.avg_pool(input, geometry, False, True, None)
    if len(outputs) in _TORCH_AVG and not input.is_complex():
        pooled: Tensor = _TORCH_AVG[len(outputs)](input, outputs)
        return pooled
    counts = torch.ones((), device=input.device)
    for windows in _windows(input, outputs):
        counts = counts.unsqueeze(-1) * torch.tensor([float(len(window)) for window in windows], device=input.device)
    return adaptive_sum(input, outputs) / counts.to(input.dtype)


def adaptive_sum(input: Tensor, outputs: tuple[int, ...]) -> Tensor:
    """Sum-pool (N, C, *S) to (N, C, *outputs)."""
    geometry = _alike(input, outputs)
    if geometry is not None:
        return pooling.sum_pool(input, geometry, False)
    return sum_by_axis(input, _windows(input, outputs))


def _alike(input: Tensor, outputs: tuple[int, ...]) -> Geometry | None:
    """The window of a plain pooling that does the same, if the sizes divide."""
    size = input.shape[2:]
    if any(n % count for n, count in zip(size, outputs, strict=True)):
        return None
    kernel = tuple(n // count for n, count in zip(size, outputs, strict=True))
    return Geometry(kernel, kernel, (1,) * len(kernel), ((0, 0),) * len(kernel))


def _windows(input: Tensor, outputs: tuple[int, ...]) -> list[list[range]]:
    return [adaptive_windows(n, count) for n, count in zip(input.shape[2:], outputs, strict=True)]
