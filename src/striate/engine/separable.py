"""Both halves of a depthwise separable convolution in one kernel: Triton's, where a person forces it."""

import torch
from torch import Tensor

from striate.engine.arguments import convolution_arguments, convolution_plan
from striate.engine.checks import check_devices, check_tensors
from striate.engine.gpu.availability import refuse_unless_triton
from striate.engine.guard import is_traced
from striate.engine.selection import forced_kernel


def fused_separable(
    input: Tensor,
    depthwise_weight: Tensor,
    pointwise_weight: Tensor,
    biases: tuple[Tensor | None, Tensor | None],
    asked: tuple[object, object, object, int, object, float, str | None],
) -> Tensor | None:
    """Filter each channel of (N, C, *S), activate and mix; None where not forced, or a gradient is recorded.

    Args:
        input: (N, C, *S).
        depthwise_weight: (C M, 1, *K).
        pointwise_weight: (O, C M, 1, ...).
        biases: of the two halves.
        asked: stride, padding, dilation, groups, padding_mode, padding_value, activation, as they were written.
    """
    tensors = [t for t in (input, depthwise_weight, pointwise_weight, *biases) if t is not None]
    recorded = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors)
    if forced_kernel() != "triton" or recorded or is_traced() or input.ndim != depthwise_weight.ndim:
        return None
    arguments = convolution_arguments(depthwise_weight.shape[2:], *asked)
    plan = convolution_plan(arguments, tuple(input.shape[2:]))
    between = (input.shape[0], depthwise_weight.shape[0], *arguments.geometry.output_size(input.shape[2:]))
    mixing = convolution_arguments(pointwise_weight.shape[2:], 1, 0, 1, 1, "zeros", 0.0)
    halves = ((input.shape, depthwise_weight, arguments), (between, pointwise_weight, mixing))
    for (shape, weight, half), bias in zip(halves, biases, strict=True):
        check_devices(input, weight, bias)
        check_tensors(shape, weight.shape, None if bias is None else bias.shape, (input.dtype, weight.dtype), half)
    refuse_unless_triton(arguments.modes, arguments.value, *tensors)
    from striate.engine.gpu.plane import convolve_separably  # noqa: PLC0415, loads the package triton

    return convolve_separably(input, depthwise_weight, pointwise_weight, biases, arguments, plan)
