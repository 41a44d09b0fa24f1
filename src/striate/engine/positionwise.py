"""Convolution whose outputs have the same bits wherever they stand: what a signal in chunks needs."""

from dataclasses import replace
from functools import lru_cache

import torch
from torch import Tensor

from striate.engine.arguments import Asked, ConvolutionArguments, convolution_arguments
from striate.engine.checks import check_rank
from striate.engine.convolution import convolution
from striate.engine.guard import is_traced, layout_of, why_not
from striate.engine.kernel import KernelCall, convolve
from striate.engine.planning import kernel_call
from striate.engine.selection import forced_kernel, kernel_list

# Measured on signals of one axis: from 256 channels to 256 on, the dense kernel is 1.1 times as fast as the direct one,
# which packs all channels of a group at once; below, the direct one is up to 1.5 times as fast. Of one filter a channel
# the direct kernel is 1.3 times as fast with 4 taps, and the depthwise one with 31; with more axes, in channels_last,
# the depthwise one is the faster by far (csrc/measured.inc).
_DENSE_FROM = 256
_DEPTHWISE_FROM = 16


def positionwise_convolution(input: Tensor, weight: Tensor, bias: Tensor | None, asked: Asked) -> Tensor:
    """Convolve (N, C, *S) or (C, *S) so that an output's bits depend on nothing but what it reads.

    The plan of `convolution` may change with the size, and transforms round each output by its neighbours; the kernels
    here add the terms of every output in one order, whatever the size. Where none of ours can run (another device or
    dtype, complex tensors, a recorded call, a forced kernel) it is `convolution`.
    """
    elsewhere = is_traced() or input.is_complex() or weight.is_complex()
    if not elsewhere and input.ndim == weight.ndim - 1:
        return positionwise_convolution(input.unsqueeze(0), weight, bias, asked).squeeze(0)
    if elsewhere or forced_kernel() is not None or why_not(input, weight, bias) is not None:
        return convolution(input, weight, bias, asked)
    check_rank(weight.shape, asked[0])
    call = _call(
        convolution_arguments(weight.shape[2:], *asked[1:]),
        input.shape,
        weight.shape,
        None if bias is None else bias.shape,
        (input.dtype, weight.dtype),
        layout_of(input),
    )
    return convolve(input, weight, bias, call)


@lru_cache(maxsize=4096)
def _call(
    arguments: ConvolutionArguments,
    input: torch.Size,
    weight: torch.Size,
    bias: torch.Size | None,
    dtypes: tuple[torch.dtype, torch.dtype],
    layout: str,
) -> KernelCall:
    call = kernel_call(arguments, input, weight, bias, dtypes, layout, None)
    if call.problem is None or 0 in input:
        return call
    index = kernel_list("forward").index(_kernel(arguments, weight))
    return replace(call, inference=index, forward=index)


def _kernel(arguments: ConvolutionArguments, weight: torch.Size) -> str:
    """Choose by what neither the size nor the layout of a chunk can change."""
    if weight[1] == 1 < arguments.groups and (arguments.ndim > 1 or weight[2] >= _DEPTHWISE_FROM):
        return "depthwise"
    return "dense" if min(weight[1], weight[0] // arguments.groups) >= _DENSE_FROM else "direct"
