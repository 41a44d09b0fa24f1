"""Our pooling kernels as differentiable operators, and when they win over torch's."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from striate.engine._fakes import is_channels_last
from striate.engine._load import has_kernels, ops
from striate.engine.guard import layout_of, why_not
from striate.engine.selection import forced_kernel

Window = tuple[list[int], list[int], list[int], list[int], bool]

_DTYPES = (torch.float32, torch.float64)


@dataclass(frozen=True, eq=False)
class PoolingCall:
    """How poolings of one kind run on our kernels.

    Args:
        window: kernel, stride, padding, dilation and `ceil_mode` as the operators take them.
        average: `count_include_pad` and the divisor (0 counts the elements); empty for a maximum.
        torch_has_it: whether torch has the geometry, so that it may be left to torch's operators.
    """

    window: Window
    average: tuple[bool, int] | tuple[()]
    torch_has_it: bool


def runs(input: Tensor, call: PoolingCall) -> bool:
    """Whether our kernels may touch this input, (N, C, *S), and win; the call must not be traced."""
    if input.dtype not in _DTYPES or (call.torch_has_it and not _wins(input, call)) or why_not(input, input):
        return False
    return 3 <= input.ndim <= 5 and 0 not in input.shape and forced_kernel() != "torch" and has_kernels()


# The rule was read off torch's time over ours: float32, 2 threads, AVX-512, torch 2.13, batch 8 | batch 1, as maximum
# alone, maximum with gradient, average alone, average with gradient. Both compute the same bits, in both directions,
# so that the batch may decide.
#
#                                     contiguous                              channels_last
#   3x3 / 2 of 64 at 112x112          14  6.2 4.4 4.0 | 20  8.1 5.8 5.6       1.4 1.7 1.0 1.3 | 2.1 2.2 1.3 2.3
#   3x3 / 2 of 64 at 55x55            14  7.0 4.2 4.6 | 15  6.8 5.1 4.7       1.7 2.3 1.0 1.9 | 1.3 1.9 0.9 2.1
#   3x3 of 192 at 28x28               18  8.8 8.3 9.0 | 20  9.7 8.5 8.7       2.1 2.3 1.4 1.9 | 1.8 2.4 1.4 2.6
#   2x2 / 2 of 64 at 224x224          15  2.5 4.9 1.9 | 12  5.7 4.3 4.6       5.1 1.1 0.9 1.0 | 1.1 2.0 0.9 1.5
#   2x2 / 2 of 512 at 28x28           9.5 5.0 3.5 3.7 | 17  6.6 6.0 4.9       0.9 1.9 0.7 1.4 | 1.3 2.6 0.7 1.8
#   2x2 / 2 of 6 at 28x28             1.9 1.9 1.8 2.7 | 0.7 1.4 0.6 1.6       1.9 1.5 1.3 1.7 | 0.7 1.4 0.5 1.5
#   13x13 of 256 at 13x13             4.3 3.3 2.7 2.9 | 4.3 3.3 2.7 3.0       1.4 1.0 1.2 1.9 | 1.3 1.1 0.9 2.4
#   7x7 of 2048 at 7x7                3.2 1.8 1.2 1.3 | 1.2 1.1 0.9 1.3       1.0 1.7 0.5 1.6 | 0.6 1.5 0.4 1.7
#   3 / 2 of 64 at 16000              1.0 5.2 5.4 3.9 | 0.6 4.8 5.3 3.6
#   2 / 2 of 1 at 16000               0.2 0.9 1.8 1.1 | 0.1 0.3 0.3 0.4
#   2x2x2 / 2 of 64 at 16x56x56       9.7 2.0 3.0 1.6 | 9.1 4.4 2.5 5.1       1.1 1.1 23  5.3 | 0.7 2.1 11  16
#   3x3x3 / 2 of 32 at 16x56x56       10  6.8 3.8 4.1 | 11  5.5 3.7 4.4       1.4 1.2 8.2 15  | 1.1 1.2 9.3 10
#
# The gradients are timed by the operators alone; the function around them costs 30 us more than torch's.
def _wins(input: Tensor, call: PoolingCall) -> bool:
    elements = input.numel()
    gradient = input.requires_grad and torch.is_grad_enabled()
    if elements < (1 << 16 if gradient else 1 << 14):
        return False
    axes = input.ndim - 2
    if layout_of(input) == "nhwc":
        overlapping = any(s < k for k, s in zip(*call.window[:2], strict=True))
        return gradient or (axes == 3 if call.average else overlapping and elements >= 1 << 17)
    if axes == 1 and not call.average and not gradient:
        return False  # torch has a vectorised maximum for this case alone
    # Lanes are planes: with few most of them idle, and torch's loop over a row is at its best.
    return input.shape[0] * input.shape[1] >= (32 if axes == 1 else 4)


def max_pool(input: Tensor, call: PoolingCall, return_indices: bool) -> tuple[Tensor, Tensor | None]:
    """Max-pool (N, C, *S), differentiable any number of times; with the winners' places where they are asked for."""
    if input.requires_grad and torch.is_grad_enabled():
        pooled: tuple[Tensor, Tensor | None] = _MaxPool.apply(input, call, return_indices)
        return pooled
    if not return_indices:
        return ops().max_pool.default(input, *call.window), None
    output, record = ops().max_pool_record.default(input, *call.window)
    return output, ops().max_pool_indices.default(record, input.shape, *call.window, is_channels_last(input))


def avg_pool(input: Tensor, call: PoolingCall) -> Tensor:
    """Average-pool (N, C, *S), differentiable any number of times."""
    if input.requires_grad and torch.is_grad_enabled():
        pooled: Tensor = _AvgPool.apply(input, call)
        return pooled
    result: Tensor = ops().avg_pool.default(input, *call.window, *call.average)
    return result


def spreads(input: Tensor) -> bool:
    """Whether our kernels may spread this input, (N, C, *T), over its windows; the call must not be traced."""
    if input.dtype not in _DTYPES or why_not(input, input):
        return False
    return 3 <= input.ndim <= 5 and 0 not in input.shape and forced_kernel() != "torch" and has_kernels()


def sum_unpool(input: Tensor, size: tuple[int, ...], call: PoolingCall) -> Tensor:
    """Add each element of (N, C, *T) to the places of (N, C, *size) that its window covers, over the call's divisor."""
    shape = torch.Size((*input.shape[:2], *size))
    if input.requires_grad and torch.is_grad_enabled():
        spread: Tensor = _AvgPoolBackward.apply(input, shape, call, is_channels_last(input))
        return spread
    return _avg_pool_backward(input, shape, call, is_channels_last(input))


# A pooling is linear where its winners stay: the backward pass is a linear operator too, and its own derivative goes
# the other way.


class _MaxPool(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, input: Tensor, call: PoolingCall, return_indices: bool) -> tuple[Tensor, Tensor | None]:  # noqa: ANN401
        output, record = ops().max_pool_record.default(input, *call.window)
        ctx.save_for_backward(record)
        ctx.how = (input.shape, *call.window, is_channels_last(input))
        if not return_indices:
            return output, None
        indices = ops().max_pool_indices.default(record, *ctx.how)
        ctx.mark_non_differentiable(indices)
        return output, indices

    @staticmethod
    def backward(ctx: Any, grad: Tensor, _indices: Tensor | None) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        (record,) = ctx.saved_tensors
        if torch.is_grad_enabled():  # a second derivative is wanted
            return _MaxPoolBackward.apply(grad, record, ctx.how), None, None
        return ops().max_pool_backward.default(grad, record, *ctx.how), None, None


class _MaxPoolBackward(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, grad: Tensor, record: Tensor, how: tuple[Any, ...]) -> Tensor:  # noqa: ANN401
        ctx.save_for_backward(record)
        ctx.how = how
        result: Tensor = ops().max_pool_backward.default(grad, record, *how)
        return result

    @staticmethod
    def backward(ctx: Any, grad_input: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        (record,) = ctx.saved_tensors
        indices = ops().max_pool_indices.default(record, *ctx.how)
        return grad_input.flatten(2).gather(2, indices.flatten(2)).reshape(indices.shape), None, None


class _AvgPool(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, input: Tensor, call: PoolingCall) -> Tensor:  # noqa: ANN401
        ctx.call, ctx.shape, ctx.channels_last = call, input.shape, is_channels_last(input)
        result: Tensor = ops().avg_pool.default(input, *call.window, *call.average)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        how = ctx.shape, ctx.call, ctx.channels_last
        if torch.is_grad_enabled():
            return _AvgPoolBackward.apply(grad, *how), None
        return _avg_pool_backward(grad, *how), None


class _AvgPoolBackward(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, grad: Tensor, shape: torch.Size, call: PoolingCall, channels_last: bool) -> Tensor:  # noqa: ANN401
        ctx.call = call
        return _avg_pool_backward(grad, shape, call, channels_last)

    @staticmethod
    def backward(ctx: Any, grad_input: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        return _AvgPool.apply(grad_input, ctx.call), None, None, None


def _avg_pool_backward(grad: Tensor, shape: torch.Size, call: PoolingCall, channels_last: bool) -> Tensor:
    result: Tensor = ops().avg_pool_backward.default(grad, shape, *call.window, *call.average, channels_last)
    return result
