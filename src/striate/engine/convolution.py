"""The one door of convolution: tensors are checked here, and a kernel of ours or torch's runs."""

import torch
from torch import Tensor

from striate.engine import composed
from striate.engine.arguments import ConvolutionArguments, convolution_plan, unchecked_plan
from striate.engine.checks import check_devices, check_tensors
from striate.engine.guard import is_traced, layout_of, why_not
from striate.engine.kernel import convolve
from striate.engine.planning import kernel_call
from striate.engine.selection import forced_kernel


def convolution(input: Tensor, weight: Tensor, bias: Tensor | None, arguments: ConvolutionArguments) -> Tensor:
    """Convolve (N, C, *S) or (C, *S); see `striate.functional.conv` for the arguments' meaning and the errors."""
    shape, weight_shape = input.shape, weight.shape
    if len(shape) < len(weight_shape) and _is_unbatched(shape, weight_shape, arguments):
        return convolution(input.unsqueeze(0), weight, bias, arguments).squeeze(0)
    if is_traced():
        # A size may be symbolic: nothing is asked of it that would tie the trace to it, and torch refuses misfits.
        return composed.forward(input, weight, bias, arguments, unchecked_plan(arguments, tuple(input.shape[2:])))
    forced, reason = forced_kernel(), why_not(input, weight, bias)
    dtypes, bias_shape = (input.dtype, weight.dtype), None if bias is None else bias.shape
    if reason is None:
        call = kernel_call(arguments, shape, weight_shape, bias_shape, dtypes, layout_of(input), forced)
        return convolve(input, weight, bias, call)
    check_devices(input, weight, bias)
    mixed = dtypes[0] != dtypes[1] and torch.is_autocast_enabled(input.device.type)  # autocast makes them one
    check_tensors(shape, weight_shape, bias_shape, None if mixed else dtypes, arguments)
    plan = convolution_plan(arguments, tuple(shape[2:]))
    if forced not in {None, "torch"}:
        raise RuntimeError(f"the kernel {forced!r} is forced and cannot run: {reason}")
    return composed.forward(input, weight, bias, arguments, plan)


def _is_unbatched(input: torch.Size, weight: torch.Size, arguments: ConvolutionArguments) -> bool:
    return len(input) == len(weight) - 1 and weight[1] * arguments.groups == input[0]
