"""What the compiled operators return without computing it: shape, dtype and strides, for torch's tracers."""

from collections.abc import Sequence

import torch
from torch import Tensor


def register() -> None:
    """Give each operator its fake; the operators must be loaded."""
    torch.library.register_fake("striate::convolution", _convolution)
    torch.library.register_fake("striate::convolution_backward_data", _backward_data)
    torch.library.register_fake("striate::convolution_backward_weight", _backward_weight)


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


def _empty(shape: Sequence[int], first: Tensor, second: Tensor) -> Tensor:
    memory_format = torch.contiguous_format
    if is_channels_last(first) or is_channels_last(second):
        memory_format = torch.channels_last if len(shape) == 4 else torch.channels_last_3d
    return torch.empty(shape, dtype=first.dtype, device=first.device, memory_format=memory_format)


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
