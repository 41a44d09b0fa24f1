"""Batch norms over the batch of all processes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import MethodType

import torch
from torch import Tensor, distributed, nn
from torch.autograd.function import FunctionCtx

_Norm = nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d


class _Sum(torch.autograd.Function):
    """The sum over all processes; the gradient of what each makes of it reaches every one, and is summed too."""

    @staticmethod
    def forward(ctx: FunctionCtx, values: Tensor) -> Tensor:  # noqa: ARG004
        summed = values.clone(memory_format=torch.contiguous_format)
        distributed.all_reduce(summed)
        return summed

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: Tensor) -> Tensor:  # noqa: ARG004
        summed = gradient.clone(memory_format=torch.contiguous_format)
        distributed.all_reduce(summed)
        return summed


def over_all(values: Tensor) -> Tensor:
    """Return the sum over all processes, through which gradients flow; every process must ask."""
    summed: Tensor = _Sum.apply(values)  # type: ignore[no-untyped-call]
    return summed


@dataclass
class Together:
    """Whether the processes have parts of one batch at the moment, rather than each the whole of a small one."""

    yes: bool = True


@contextmanager
def synchronised(model: nn.Module, together: Together) -> Iterator[None]:
    """Let a model's batch norms, while the context lasts, take mean and variance over all processes in training.

    torch's SyncBatchNorm does so on GPUs alone. What is swapped is the norms' `forward`: classes, parameters and names
    stay, and so does what a saved state holds.

    Args:
        model: Its norms of torch's own classes are changed.
        together: Asked at each call.
    """
    norms = [module for module in model.modules() if isinstance(module, _Norm)]
    for norm in norms:
        norm.forward = MethodType(_forward_of(norm, together), norm)  # type: ignore[method-assign]
    try:
        yield
    finally:
        for norm in norms:
            del norm.forward


def _forward_of(norm: _Norm, together: Together) -> Callable[[_Norm, Tensor], Tensor]:
    alone = norm.forward

    def forward(norm: _Norm, input: Tensor) -> Tensor:
        if not (norm.training and together.yes):
            return alone(input)
        norm._check_input_dim(input)
        return normalised(norm, input)

    return forward


def normalised(norm: _Norm, input: Tensor) -> Tensor:
    """Return what a batch norm makes in training of this process's part of a batch, and move its running sums.

    The variance is taken about the mean of all, in a second sum, so that nothing cancels.

    Args:
        norm: In training mode.
        input: (n, C, *S); n may differ from process to process.

    Source: S. Ioffe, C. Szegedy, "Batch normalization", 2015, algorithm 1.
    """
    axes = [axis for axis in range(input.ndim) if axis != 1]
    shape = [1, -1, *[1] * (input.ndim - 2)]
    here = input.new_full((1,), input.numel() // input.shape[1])
    summed = over_all(torch.cat([input.sum(axes), here]))
    count = summed[-1].detach()
    mean = summed[:-1] / count
    centred = input - mean.view(shape)
    variance = over_all(centred.square().sum(axes)) / count
    if norm.track_running_stats:
        _move(norm, mean.detach(), variance.detach() * (count / (count - 1)))
    scale = (variance + norm.eps).rsqrt()
    if norm.affine:
        return centred * (scale * norm.weight).view(shape) + norm.bias.view(shape)
    return centred * scale.view(shape)


@torch.no_grad()
def _move(norm: _Norm, mean: Tensor, variance: Tensor) -> None:
    if norm.running_mean is None or norm.running_var is None or norm.num_batches_tracked is None:
        return
    norm.num_batches_tracked.add_(1)
    share = 1 / float(norm.num_batches_tracked) if norm.momentum is None else norm.momentum
    norm.running_mean.lerp_(mean.to(norm.running_mean), share)
    norm.running_var.lerp_(variance.to(norm.running_var), share)
