"""Batch normalisation over the elements of all ranks."""

from typing import Any

import torch
from torch import Tensor
from torch.distributed.tensor import DTensor

from striate.parallel.slab import Layer, Slabs
from striate.parallel.sums import over_ranks


def batch_normalisation(layer: Layer, input: DTensor, slabs: Slabs) -> DTensor:
    """Normalise a batch: in training by mean and variance over all ranks' elements, else by those that are kept.

    Source: S. Ioffe, C. Szegedy, "Batch normalization: accelerating deep network training by reducing internal
    covariate shift", 2015, algorithm 1 and the derivatives in section 3.
    """
    local = input.to_local()
    weight, bias = slabs.shared(layer.weight), slabs.shared(layer.bias)
    if not layer.training and layer.running_mean is not None:
        made = torch.nn.functional.batch_norm(local, layer.running_mean, layer.running_var, weight, bias, eps=layer.eps)
        return slabs.whole(made, input.shape[slabs.dim])
    count = input.numel() // input.shape[1]
    normal, mean, variance = _Normal.apply(local, count, layer.eps, slabs.group)  # type: ignore[no-untyped-call]
    if layer.running_mean is not None:
        layer.num_batches_tracked += 1
        share = 1 / float(layer.num_batches_tracked) if layer.momentum is None else layer.momentum
        layer.running_mean.lerp_(mean, share)
        layer.running_var.lerp_(variance * count / (count - 1), share)
    if weight is not None and bias is not None:
        normal = torch.addcmul(_spread(bias, local), normal, _spread(weight, local))
    return slabs.whole(normal, input.shape[slabs.dim])


class _Normal(torch.autograd.Function):
    """Of each channel over all ranks: mean 0 and variance 1; what they were comes with it."""

    @staticmethod
    def forward(ctx: Any, local: Tensor, count: int, eps: float, group: Any) -> tuple[Tensor, Tensor, Tensor]:  # noqa: ANN401
        dims = [dim for dim in range(local.ndim) if dim != 1]
        mean = over_ranks(local.sum(dims), group) / count
        centred = local - _spread(mean, local)
        variance = over_ranks(centred.square().sum(dims), group) / count
        scale = torch.rsqrt(variance + eps)
        normal = centred.mul_(_spread(scale, local))
        ctx.save_for_backward(normal, scale)
        ctx.count, ctx.group = count, group
        ctx.mark_non_differentiable(mean, variance)
        return normal, mean, variance

    @staticmethod
    def backward(ctx: Any, gradient: Tensor, *_: object) -> tuple[Tensor, None, None, None]:  # noqa: ANN401
        normal, scale = ctx.saved_tensors
        dims = [dim for dim in range(normal.ndim) if dim != 1]
        sums = torch.stack([gradient.sum(dims), (gradient * normal).sum(dims)])
        own, along = over_ranks(sums, ctx.group) / ctx.count
        centred = gradient - _spread(own, normal) - normal * _spread(along, normal)
        return centred * _spread(scale, normal), None, None, None


def _spread(channels: Tensor, like: Tensor) -> Tensor:
    return channels.reshape(1, -1, *(1,) * (like.ndim - 2))
