"""Kernels of ours run one by one: what the tests of all of them share."""

import oracles
import torch

from striate.engine._load import isa_found, ops
from striate.engine.arguments import BORDER_CODES
from striate.engine.selection import kernel_list

ISA_NAMES = ("baseline", "avx2", "avx512")
LEVELS = ISA_NAMES[: ISA_NAMES.index(isa_found()) + 1] if isa_found() in ISA_NAMES else ("baseline",)


def geometry(problem):
    padding = [amount for pair in problem.amounts for amount in pair]
    border = [BORDER_CODES[mode] for mode in problem.modes]
    return list(problem.stride), padding, list(problem.dilation), problem.groups, border


def run(direction, family, problem, tensors):
    """Run one kernel; `tensors` are input, weight, bias and the output's gradient."""
    input, weight, bias, grad = tensors
    index = kernel_list(direction).index(family)
    if direction == "forward":
        return ops().convolution(input, weight, bias, *geometry(problem), problem.value, index)
    if direction == "backward_data":
        return ops().convolution_backward_data(grad, weight, input.shape, *geometry(problem), index)
    return ops().convolution_backward_weight(grad, input, weight.shape, *geometry(problem), problem.value, index)


def shapes(problem):
    output = (problem.batch, problem.out_channels, *oracles.output_size(problem))
    return problem.input_shape, problem.weight_shape, (problem.out_channels,), output


def exact(problem, tensors):
    input, weight, bias, grad = (tensor.double().numpy() for tensor in tensors)
    return {
        "forward": oracles.convolution(input, weight, problem, bias),
        "backward_data": oracles.backward_data(grad, weight, problem),
        "backward_weight": oracles.backward_weight(grad, input, problem),
    }


def guarded(tensor):
    """The same tensor with the same strides between two runs of 64 NaN."""
    extent = 1 + sum((n - 1) * s for n, s in zip(tensor.shape, tensor.stride(), strict=True)) if tensor.numel() else 0
    storage = torch.full((extent + 128,), torch.nan, dtype=tensor.dtype)
    return storage.as_strided(tensor.shape, tensor.stride(), 64).copy_(tensor)
