"""The one door of convolution: tensors are checked here, and a kernel of ours or torch's runs."""

import torch
from torch import Tensor, is_grad_enabled

from striate.engine import composed
from striate.engine.activation import activated
from striate.engine.arguments import (
    Asked,
    ConvolutionArguments,
    convolution_arguments,
    convolution_plan,
    unchecked_plan,
)
from striate.engine.checks import check_devices, check_rank, check_tensors
from striate.engine.complex_parts import by_real_parts
from striate.engine.gpu.availability import refuse_unless_triton
from striate.engine.guard import is_compiling, is_traced, is_tracing, layout_of, why_not
from striate.engine.kernel import convolve
from striate.engine.planning import kernel_call, plans, remember_plan
from striate.engine.selection import forced_kernel


def convolution(input: Tensor, weight: Tensor, bias: Tensor | None, asked: Asked) -> Tensor:
    """Convolve (N, C, *S) or (C, *S); see `striate.functional.conv` for the arguments' meaning and the errors.

    A kind of call seen before takes the short way: one look at a table, 1 us or two that decide how a small convolution
    compares with torch's. The long way normalises, checks, plans, and words the errors.
    """
    if not (is_compiling() or is_tracing()):
        try:
            key = (
                asked,
                input.shape,
                weight.shape,
                input.dtype,
                input.is_contiguous() or layout_of(input),
                forced_kernel(),
            )
            call = plans.get(key)
        except TypeError:  # a list among the arguments, or a symbolic size
            call = None
        if call is not None and input.is_cpu and weight.is_cpu and (bias is None or bias.is_cpu):
            torchs = call.torchs if is_grad_enabled() else call.torchs_inference
            if torchs is not None:
                function, window = torchs
                try:
                    result: Tensor = function(input, weight, bias, *window)
                    return result if asked[-1] is None else activated(result, asked[-1])
                except RuntimeError:  # a bias or dtype that does not fit: the long way has the words for it
                    return _convolution(input, weight, bias, asked)
            fits = weight.dtype is input.dtype and (bias is None or bias.shape == weight.shape[:1])
            if fits and why_not(input, weight, bias) is None:
                return convolve(input, weight, bias, call)
    return _convolution(input, weight, bias, asked)


def _convolution(input: Tensor, weight: Tensor, bias: Tensor | None, asked: Asked) -> Tensor:
    shape, weight_shape = input.shape, weight.shape
    check_rank(weight_shape, asked[0])
    arguments = convolution_arguments(weight_shape[2:], *asked[1:])
    if len(shape) < len(weight_shape) and _is_unbatched(shape, weight_shape, arguments):
        return convolution(input.unsqueeze(0), weight, bias, asked).squeeze(0)
    if input.is_complex() or weight.is_complex():
        return _complex(input, weight, bias, arguments, asked)
    if is_traced():
        # A size may be symbolic: nothing is asked of it that would tie the trace to it, and torch refuses misfits.
        return composed.forward(input, weight, bias, arguments, unchecked_plan(arguments, tuple(input.shape[2:])))
    forced = forced_kernel()
    if forced == "triton":
        return _by_triton(input, weight, bias, arguments)
    reason = why_not(input, weight, bias)
    dtypes, bias_shape = (input.dtype, weight.dtype), None if bias is None else bias.shape
    if reason is None:
        layout = layout_of(input)
        call = kernel_call(arguments, shape, weight_shape, bias_shape, dtypes, layout, forced)
        remember_plan(asked, shape, weight_shape, dtypes[0], layout, forced, call)
        return convolve(input, weight, bias, call)
    check_devices(input, weight, bias)
    mixed = dtypes[0] != dtypes[1] and torch.is_autocast_enabled(input.device.type)  # autocast makes them one
    check_tensors(shape, weight_shape, bias_shape, None if mixed else dtypes, arguments)
    plan = convolution_plan(arguments, tuple(shape[2:]))
    if forced not in {None, "torch"}:
        raise RuntimeError(f"the kernel {forced!r} is forced and cannot run: {reason}")
    return composed.forward(input, weight, bias, arguments, plan)


def _by_triton(input: Tensor, weight: Tensor, bias: Tensor | None, arguments: ConvolutionArguments) -> Tensor:
    check_devices(input, weight, bias)
    dtypes = (input.dtype, weight.dtype)
    check_tensors(input.shape, weight.shape, None if bias is None else bias.shape, dtypes, arguments)
    plan = convolution_plan(arguments, tuple(input.shape[2:]))
    tensors = (tensor for tensor in (input, weight, bias) if tensor is not None)
    refuse_unless_triton(arguments.modes, arguments.value, *tensors)
    from striate.engine.gpu.plane import convolve as convolve_by_triton  # noqa: PLC0415, loads the package triton

    return convolve_by_triton(input, weight, bias, arguments, plan)


def _complex(
    input: Tensor, weight: Tensor, bias: Tensor | None, arguments: ConvolutionArguments, asked: Asked
) -> Tensor:
    check_tensors(input.shape, weight.shape, None if bias is None else bias.shape, None, arguments)
    if arguments.activation is not None:
        raise ValueError(f"activation {arguments.activation!r} needs real tensors, but got complex ones")

    def apply(input: Tensor, weight: Tensor) -> Tensor:
        return convolution(input, weight, None, asked)

    if arguments.value != 0.0 and input.is_complex():  # the real part alone sees the value
        outside = convolution(torch.zeros_like(input.real[:1]), weight, bias, asked)
        modes = tuple("zeros" if mode == "constant" else mode for mode in arguments.modes)
        return convolution(input, weight, None, (*asked[:5], modes, 0.0, None)) + outside
    return by_real_parts(apply, input, weight, bias, arguments.groups, 0)


def _is_unbatched(input: torch.Size, weight: torch.Size, arguments: ConvolutionArguments) -> bool:
    return len(input) == len(weight) - 1 and weight[1] * arguments.groups == input[0]
