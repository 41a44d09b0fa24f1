"""Sums over ranks, and gradients that are such sums."""

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor


def shared(parameter: Tensor | None, group: Any) -> Tensor | None:  # noqa: ANN401
    """Return a parameter that all ranks have alike, so that its gradient is the sum of what each rank finds."""
    if parameter is None:
        return None
    same: Tensor = _Shared.apply(parameter, group)  # type: ignore[no-untyped-call]
    return same


class _Shared(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, parameter: Tensor, group: Any) -> Tensor:  # noqa: ANN401
        ctx.group = group
        return parameter.view_as(parameter)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:  # noqa: ANN401
        return over_ranks(gradient, ctx.group), None


def total(tensor: Tensor, group: Any) -> Tensor:  # noqa: ANN401
    """Return the sum of a tensor over all ranks, of which each uses its own copy. Differentiable."""
    summed: Tensor = _Total.apply(tensor, group)  # type: ignore[no-untyped-call]
    return summed


class _Total(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, tensor: Tensor, group: Any) -> Tensor:  # noqa: ANN401
        ctx.group = group
        return over_ranks(tensor, group)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:  # noqa: ANN401
        return over_ranks(gradient, ctx.group), None


def over_ranks(tensor: Tensor, group: Any) -> Tensor:  # noqa: ANN401
    """Return the sum of a tensor over all ranks, without a gradient."""
    total = tensor.clone(memory_format=torch.contiguous_format)
    dist.all_reduce(total, group=group)
    return total
