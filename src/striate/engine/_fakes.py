"""What the compiled operators return without computing it: shape, dtype and strides, for torch's tracers."""

from collections.abc import Sequence
from math import prod
from typing import Any

import torch
from torch import Tensor

from striate.arithmetic import Window


def register() -> None:
    """Give each operator its fake; the operators must be loaded."""
    torch.library.register_fake("striate::convolution", _convolution)
    torch.library.register_fake("striate::convolution_backward_data", _backward_data)
    torch.library.register_fake("striate::convolution_backward_weight", _backward_weight)
    torch.library.register_fake("striate::masked_depthwise", _masked_depthwise)
    torch.library.register_fake("striate::masked_depthwise_backward_data", _masked_backward_data)
    torch.library.register_fake("striate::masked_depthwise_backward_weight", _masked_backward_weight)
    torch.library.register_fake("striate::max_pool", _pool)
    torch.library.register_fake("striate::max_pool_record", _max_pool_record)
    torch.library.register_fake("striate::max_pool_indices", _max_pool_indices)
    torch.library.register_fake("striate::max_pool_backward", _max_pool_backward)
    torch.library.register_fake("striate::avg_pool", _pool)
    torch.library.register_fake("striate::avg_pool_backward", _avg_pool_backward)


def _convolution(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,  # noqa: ARG001
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    groups: int,  # noqa: ARG001
    border: Sequence[int],  # noqa: ARG001
    padding_value: float,  # noqa: ARG001
    *_how: object,
) -> Tensor:
    shape = [input.shape[0], weight.shape[0]]
    for axis, (step, spread) in enumerate(zip(stride, dilation, strict=True)):
        padded = input.shape[axis + 2] + padding[2 * axis] + padding[2 * axis + 1]
        shape.append((padded - spread * (weight.shape[axis + 2] - 1) - 1) // step + 1)
    return _empty(shape, input, weight)


def _backward_data(grad_output: Tensor, weight: Tensor, input_shape: Sequence[int], *_geometry: object) -> Tensor:
    return _empty(input_shape, grad_output, weight)


def _backward_weight(grad_output: Tensor, input: Tensor, weight_shape: Sequence[int], *_geometry: object) -> Tensor:
    return _empty(weight_shape, grad_output, input)


def _masked_depthwise(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    mask: Tensor,  # noqa: ARG001
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
) -> Tensor:
    return _convolution(input, weight, bias, stride, padding, dilation, input.shape[1], (), 0.0)


def _masked_backward_data(
    grad_output: Tensor,
    weight: Tensor,
    mask: Tensor,  # noqa: ARG001
    input_shape: Sequence[int],
    *_window: object,
) -> Tensor:
    return _empty(input_shape, grad_output, weight)


def _masked_backward_weight(
    grad_output: Tensor,
    input: Tensor,
    mask: Tensor,  # noqa: ARG001
    weight_shape: Sequence[int],
    *_window: object,
) -> Tensor:
    return _empty(weight_shape, grad_output, input)


def _empty(shape: Sequence[int], first: Tensor, second: Tensor) -> Tensor:
    return _empty_of(shape, first, first.dtype, is_channels_last(first) or is_channels_last(second))


def _empty_of(shape: Sequence[int], like: Tensor, dtype: torch.dtype, channels_last: bool) -> Tensor:
    memory_format = torch.contiguous_format
    if channels_last:
        memory_format = torch.channels_last if len(shape) == 4 else torch.channels_last_3d
    return torch.empty(shape, dtype=dtype, device=like.device, memory_format=memory_format)


def _pooled_shape(
    input_shape: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    ceil_mode: bool,
) -> list[int]:
    pairs = zip(padding[::2], padding[1::2], strict=True)
    windows = map(Window, kernel, stride, dilation, *zip(*pairs, strict=True))
    sizes = zip(windows, input_shape[2:], strict=True)
    return [*input_shape[:2], *(window.output_size(n, ceil_mode=ceil_mode) for window, n in sizes)]


def _pool(
    input: Tensor,
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    ceil_mode: bool,
    *_how: object,
) -> Tensor:
    shape = _pooled_shape(input.shape, kernel, stride, padding, dilation, ceil_mode)
    return _empty_of(shape, input, input.dtype, is_channels_last(input))


def _max_pool_record(input: Tensor, kernel: Sequence[int], *window: Any) -> tuple[Tensor, Tensor]:  # noqa: ANN401
    output = _pool(input, kernel, *window)
    planes = output.shape[0] * output.shape[1]
    if not is_channels_last(input):
        planes = (planes + 15) // 16 * 16
    dtype = torch.uint8 if prod(kernel) <= 256 else torch.int32
    return output, input.new_empty([planes * prod(output.shape[2:])], dtype=dtype)


def _max_pool_indices(record: Tensor, input_shape: Sequence[int], *window: Any) -> Tensor:  # noqa: ANN401
    return _empty_of(_pooled_shape(input_shape, *window[:-1]), record, torch.long, window[-1])


def _max_pool_backward(grad_output: Tensor, record: Tensor, input_shape: Sequence[int], *window: Any) -> Tensor:  # noqa: ANN401, ARG001
    return _empty_of(input_shape, grad_output, grad_output.dtype, window[-1])


def _avg_pool_backward(grad_output: Tensor, input_shape: Sequence[int], *window: Any) -> Tensor:  # noqa: ANN401
    return _empty_of(input_shape, grad_output, grad_output.dtype, window[-1])


def is_channels_last(tensor: Tensor) -> bool:
    """Whether torch takes these strides for channels_last (its rule, `is_channels_last_strides_2d` in c10).

    Walking the axes from the channel outwards, no stride may shrink; what sizes of 1 leave open counts as contiguous.
    The compiled operators decide by the same rule.
    """
    if tensor.ndim < 4 or tensor.stride(1) == 0:
        return False
    least = 0
    for axis in (1, *range(tensor.ndim - 1, 1, -1), 0):
        size, stride = tensor.shape[axis], tensor.stride(axis)
        if size == 0 or stride < least or (axis == 0 and least == tensor.stride(1)):
            return False
        least = stride * size
    return True
