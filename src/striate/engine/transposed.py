"""Transposed convolution: the gradient by the input of a convolution, run forwards."""

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

from striate.engine.checks import channels_last_hint, check_devices, check_input_rank
from striate.engine.complex_parts import by_real_parts
from striate.engine.folding import fold_back
from striate.engine.guard import is_traced, layout_of, why_not
from striate.engine.kernel import KernelCall, transpose
from striate.engine.many_axes import transpose_composed
from striate.engine.planning import kernel_call
from striate.engine.selection import forced_kernel
from striate.engine.transposed_arguments import TransposedArguments


def transposed_convolution(
    input: Tensor, weight: Tensor, bias: Tensor | None, arguments: TransposedArguments
) -> Tensor:
    """Apply a transposed convolution to (N, C, *S) or (C, *S); `functional.conv_transpose` has the meaning."""
    if input.ndim == arguments.ndim + 1:
        return transposed_convolution(input.unsqueeze(0), weight, bias, arguments).squeeze(0)
    bias_shape = None if bias is None else bias.shape
    if input.is_complex() or weight.is_complex():
        _check(arguments, input.shape, weight.shape, bias_shape, None)

        def apply(input: Tensor, weight: Tensor) -> Tensor:
            return transposed_convolution(input, weight, None, arguments)

        return by_real_parts(apply, input, weight, bias, arguments.groups, 1)
    if is_traced():
        return _by_torch(input, weight, bias, arguments)
    forced, reason = forced_kernel(), why_not(input, weight, bias)
    dtypes = (input.dtype, weight.dtype)
    if reason is not None:
        check_devices(input, weight, bias)
        mixed = dtypes[0] != dtypes[1] and torch.is_autocast_enabled(input.device.type)  # autocast makes them one
        _check(arguments, input.shape, weight.shape, bias_shape, None if mixed else dtypes)
        if forced not in {None, "torch"}:
            raise RuntimeError(f"the kernel {forced!r} is forced and cannot run: {reason}")
        return _by_torch(input, weight, bias, arguments)
    call = transposed_call(arguments, input.shape, weight.shape, bias_shape, dtypes, layout_of(input), forced)
    if not call.runs_transposed(input, weight):
        return _by_torch(input, weight, bias, arguments)
    shape = torch.Size(output_shape(arguments, input.shape, weight.shape))
    output = transpose(input, weight, shape, call)
    return output if bias is None else output.add_(bias.reshape(-1, *(1,) * arguments.ndim))


@lru_cache(maxsize=4096)
def transposed_call(
    arguments: TransposedArguments,
    input: torch.Size,
    weight: torch.Size,
    bias: torch.Size | None,
    dtypes: tuple[torch.dtype, torch.dtype],
    layout: str,
    forced: str | None,
) -> KernelCall:
    """Plan the convolution that is transposed; the arguments and errors are those of `kernel_call`."""
    _check(arguments, input, weight, bias, dtypes)
    shape = torch.Size(output_shape(arguments, input, weight))
    return kernel_call(arguments.of_convolution, shape, weight, None, dtypes, layout, forced)


def output_shape(arguments: TransposedArguments, input: Sequence[int], weight: Sequence[int]) -> tuple[int, ...]:
    """Return (N, O, *T) for an input of (N, C, *S) and a weight of (C, O / groups, *K)."""
    return (input[0], weight[1] * arguments.groups, *arguments.output_size(input[2:]))


def _check(
    arguments: TransposedArguments,
    input: torch.Size,
    weight: torch.Size,
    bias: torch.Size | None,
    dtypes: tuple[torch.dtype, torch.dtype] | None,
) -> None:
    ndim, groups = arguments.ndim, arguments.groups
    check_input_rank(input, ndim)
    if input[1] != weight[0]:
        raise ValueError(
            f"input must have {weight[0]} channels for a weight of {tuple(weight)}, but got {input[1]}: "
            f"{tuple(input)}{channels_last_hint(input, weight[0], ndim)}"
        )
    if weight[0] % groups:
        raise ValueError(f"weight has {weight[0]} input channels, which groups {groups} does not divide")
    if bias is not None and tuple(bias) != (weight[1] * groups,):
        raise ValueError(f"bias must have shape {(weight[1] * groups,)}, but got {tuple(bias)}")
    if dtypes is not None and dtypes[0] != dtypes[1]:
        raise TypeError(f"input has dtype {dtypes[0]} and weight {dtypes[1]}; they must be the same")
    arguments.output_size(input[2:])


def _by_torch(input: Tensor, weight: Tensor, bias: Tensor | None, arguments: TransposedArguments) -> Tensor:
    """Spread by torch's operators, over more than the output where a border rule folds something back."""
    plan = arguments.plan
    window = (arguments.stride, plan.padding, plan.output_padding, arguments.groups, arguments.dilation)
    if not plan.extends:
        return transpose_composed(input, weight, bias, *window)
    output = fold_back(transpose_composed(input, weight, None, *window), plan.extension, arguments.modes)
    return output if bias is None else output + bias.reshape(-1, *(1,) * arguments.ndim)
