"""Convolution over any number of axes, from torch's convolutions over at most three."""

from collections.abc import Sequence

import torch
from torch import Tensor

from striate.arithmetic import Window

TORCH = {1: torch.conv1d, 2: torch.conv2d, 3: torch.conv3d}


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
