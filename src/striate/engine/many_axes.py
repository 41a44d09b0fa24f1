"""Convolution and its transpose over any number of axes, from torch's over at most three."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from striate.arithmetic import Window
from striate.engine.folding import overlap_add

TORCH = {1: torch.conv1d, 2: torch.conv2d, 3: torch.conv3d}
_TRANSPOSED: dict[int, Any] = {1: torch.conv_transpose1d, 2: torch.conv_transpose2d, 3: torch.conv_transpose3d}


def convolve_composed(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> Tensor:
    """Convolve (N, C, *S) by torch's operators; past three axes, sum over the taps of the first axis.

    The positions of the first axis become part of the batch, so that each tap costs one convolution of one axis less.
    `padding` counts zeros on both sides of an axis.
    """
    ndim = weight.ndim - 2
    if ndim in TORCH:
        return TORCH[ndim](input, weight, bias, stride, padding, dilation, groups)
    around = [0, 0] * (ndim - 1) + [padding[0], padding[0]]
    input = torch.nn.functional.pad(input, around) if padding[0] else input
    window = Window(weight.shape[2], stride[0], dilation[0])
    outputs = window.output_size(input.shape[2])
    span = (outputs - 1) * window.stride + 1
    parts = []
    for tap in range(window.kernel):
        start = tap * window.dilation
        rows = input[:, :, start : start + span : window.stride].movedim(2, 1).flatten(0, 1)
        tap_bias = bias if tap == 0 else None
        parts.append(
            convolve_composed(rows, weight[:, :, tap], tap_bias, stride[1:], padding[1:], dilation[1:], groups)
        )
    rows = sum(parts[1:], parts[0])
    return rows.reshape(input.shape[0], outputs, *rows.shape[1:]).movedim(1, 2)


def transpose_composed(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Sequence[int],
    padding: Sequence[int],
    output_padding: Sequence[int],
    groups: int,
    dilation: Sequence[int],
) -> Tensor:
    """Apply the adjoint of `convolve_composed` to (N, C, *S), torch's `output_padding` included."""
    ndim = weight.ndim - 2
    if ndim in _TRANSPOSED:
        own: Tensor = _TRANSPOSED[ndim](input, weight, bias, stride, padding, output_padding, groups, dilation)
        return own
    batch, places = input.shape[0], input.shape[2]
    rows = input.movedim(2, 1).flatten(0, 1)
    parts = []
    for tap in range(weight.shape[2]):
        window = (stride[1:], padding[1:], output_padding[1:], groups, dilation[1:])
        part = transpose_composed(rows, weight[:, :, tap], None, *window)
        parts.append(part.unflatten(0, (batch, places)).movedim(1, 2))
    whole = (places - 1) * stride[0] + dilation[0] * (weight.shape[2] - 1) + 1 + output_padding[0]
    output = overlap_add(parts, 2, stride[0], dilation[0], whole).narrow(2, padding[0], whole - 2 * padding[0])
    return output if bias is None else output + bias.reshape(-1, *(1,) * ndim)
