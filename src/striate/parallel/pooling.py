"""Poolings on the part of a feature map that a rank has."""

from collections.abc import Callable
from functools import partial
from math import inf
from typing import Any

import torch
from torch import Tensor
from torch.distributed.tensor import DTensor

import striate.functional as SF
from striate.arithmetic import Geometry
from striate.arithmetic.arguments import integers
from striate.engine.pooling import check_touching, divisors, pooling_plan
from striate.parallel.convolution import modes_of
from striate.parallel.slab import Layer, Slabs
from striate.parallel.sliding import Amounts, Reading, slide


def max_pooling(layer: Layer, input: DTensor, slabs: Slabs) -> DTensor:
    """Take the maximum of each window."""
    return _extreme(layer, input, slabs, _geometry(layer, input), SF.max_pool, -inf)


def min_pooling(layer: Layer, input: DTensor, slabs: Slabs) -> DTensor:
    """Take the minimum of each window."""
    return _extreme(layer, input, slabs, _geometry(layer, input), SF.min_pool, inf)


def average_pooling(layer: Layer, input: DTensor, slabs: Slabs) -> DTensor:
    """Take the mean of each window: its sum, divided by what it counts in the whole."""
    override = getattr(layer, "divisor_override", None)
    sums = sum_pooling(layer, input, slabs)
    if override is not None:
        return slabs.whole(sums.to_local() / override, sums.shape[slabs.dim])
    plan = pooling_plan(_geometry(layer, input), tuple(input.shape[2:]), layer.ceil_mode)
    own = slabs.own(sums.shape[slabs.dim])
    counts = divisors(plan, layer.count_include_pad, sums.to_local()).narrow(slabs.axis, own.start, len(own))
    return slabs.whole(sums.to_local() / counts, sums.shape[slabs.dim])


def sum_pooling(layer: Layer, input: DTensor, slabs: Slabs) -> DTensor:
    """Sum each window."""
    geometry = _geometry(layer, input)

    def compute(run: Tensor, padding: Amounts) -> Tensor:
        return SF.sum_pool(run, geometry.kernel, geometry.stride, padding, geometry.dilation, layer.ceil_mode)

    return slide(input, slabs, Reading(geometry, layer.ceil_mode), compute, input.shape[1])


def norm_pooling(layer: Layer, input: DTensor, slabs: Slabs) -> DTensor:
    """Take the p-norm of each window."""
    geometry = _geometry(layer, input)
    norm, ceil_mode = layer.norm_type, layer.ceil_mode

    def compute(run: Tensor, padding: Amounts) -> Tensor:
        window = norm, geometry.kernel, geometry.stride, ceil_mode
        return SF.lp_pool(run, *window, padding=padding, dilation=geometry.dilation)

    return slide(input, slabs, Reading(geometry, ceil_mode), compute, input.shape[1], keeps_run=False)


def blurred_pooling(layer: Layer, input: DTensor, slabs: Slabs) -> DTensor:
    """Blur and subsample."""
    return _blurred(input, slabs, layer.kernel_size, layer.stride, layer.padding, layer)


def max_blurred_pooling(layer: Layer, input: DTensor, slabs: Slabs) -> DTensor:
    """Take the maximum at every position, then blur and subsample."""
    window = Geometry.of(layer.kernel_size, 1, layer.padding, layer.dilation, ndim=input.ndim - 2)
    largest = _extreme(layer, input, slabs, window, SF.max_pool, -inf)
    return _blurred(largest, slabs, layer.blur_size, layer.stride, None, layer)


def _extreme(
    layer: Layer, input: DTensor, slabs: Slabs, geometry: Geometry, pool: Callable[..., Any], never: float
) -> DTensor:
    """Take the maximum or minimum of each window, over padding that never wins."""
    check_touching(pooling_plan(geometry, tuple(input.shape[2:]), layer.ceil_mode))

    def compute(run: Tensor, padding: Amounts) -> Tensor:
        window = geometry.kernel, geometry.stride, padding, geometry.dilation, layer.ceil_mode
        if not run.requires_grad:
            values: Tensor = pool(run, *window)
            return values
        pooled: Tensor = _Winners.apply(run, partial(pool, run, *window, return_indices=True))  # type: ignore[no-untyped-call]
        return pooled

    reading = Reading(geometry, layer.ceil_mode, fill=never)
    return slide(input, slabs, reading, compute, input.shape[1], keeps_run=False)


class _Winners(torch.autograd.Function):
    """The elements that win in windows; it keeps their places, where torch's poolings keep all of the input too."""

    @staticmethod
    def forward(ctx: Any, run: Tensor, pool: Callable[[], tuple[Tensor, Tensor]]) -> Tensor:  # noqa: ANN401
        values, places = pool()
        few = run.shape[2:].numel() < 2**31  # places that fit half the bytes
        ctx.save_for_backward(places.int() if few else places)
        ctx.shape = run.shape
        return values

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:  # noqa: ANN401
        (places,) = ctx.saved_tensors
        run = gradient.new_zeros(ctx.shape)
        run.flatten(2).scatter_add_(2, places.flatten(2).long(), gradient.flatten(2))
        return run, None


def _blurred(input: DTensor, slabs: Slabs, kernel: Any, stride: Any, padding: Any, layer: Layer) -> DTensor:  # noqa: ANN401
    ndim = input.ndim - 2
    sizes, modes = integers(kernel, ndim, "kernel_size", 1), modes_of(layer, ndim)
    padding = tuple(((size - 1) // 2, size // 2) for size in sizes) if padding is None else padding
    geometry = Geometry.of(sizes, stride, padding, ndim=ndim)

    def compute(run: Tensor, amounts: Amounts) -> Tensor:
        return SF.blur_pool(run, sizes, geometry.stride, amounts, padding_mode=modes)

    return slide(input, slabs, Reading(geometry, mode=modes[slabs.axis]), compute, input.shape[1])


def _geometry(layer: Layer, input: DTensor) -> Geometry:
    stride = layer.kernel_size if layer.stride is None else layer.stride
    dilation = getattr(layer, "dilation", 1)
    return Geometry.of(layer.kernel_size, stride, layer.padding, dilation, ndim=input.ndim - 2)
