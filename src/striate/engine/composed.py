"""The three computations by torch's operators: the signal extended where torch's own padding does not do it."""

from collections.abc import Sequence

import torch
from torch import Tensor

from striate.engine.activation import activated
from striate.engine.arguments import ConvolutionArguments, ConvolutionPlan
from striate.engine.extension import extend
from striate.engine.many_axes import convolve_composed


def forward(
    input: Tensor, weight: Tensor, bias: Tensor | None, arguments: ConvolutionArguments, plan: ConvolutionPlan
) -> Tensor:
    """Convolve (N, C, *S) of any rank, and activate; differentiable, traceable, known to all transforms of torch."""
    extended = extend(input, plan.extension, arguments.modes, arguments.value)
    geometry = arguments.geometry
    sums = convolve_composed(extended, weight, bias, geometry.stride, plan.padding, geometry.dilation, arguments.groups)
    return activated(sums, arguments.activation)


def backward_data(
    grad: Tensor, weight: Tensor, shape: Sequence[int], arguments: ConvolutionArguments, plan: ConvolutionPlan
) -> Tensor:
    """Return the gradient by an input of `shape`, of 1 to 3 spatial axes."""
    input = grad.new_empty(shape)  # only its shape and layout are asked for; its pages are never touched
    if grad.ndim in _CHANNELS_LAST and grad.is_contiguous(memory_format=_CHANNELS_LAST[grad.ndim]):
        input = torch.empty_like(input, memory_format=_CHANNELS_LAST[grad.ndim])
    if not plan.extends:
        return backward(grad, input, weight, arguments, plan, (True, False))[0]
    with torch.enable_grad():
        input.zero_().requires_grad_()
        extended = extend(input, plan.extension, arguments.modes)
    (sent,) = torch.autograd.grad(extended, input, _backward(grad, extended, weight, arguments, plan, (True, False))[0])
    return sent


def backward(
    grad: Tensor,
    input: Tensor,
    weight: Tensor,
    arguments: ConvolutionArguments,
    plan: ConvolutionPlan,
    wanted: tuple[bool, bool],
) -> tuple[Tensor, Tensor]:
    """Return the gradients by input and weight that are wanted; by the input only where nothing is extended."""
    extended = extend(input, plan.extension, arguments.modes, arguments.value)
    return _backward(grad, extended, weight, arguments, plan, wanted)


_CHANNELS_LAST = {4: torch.channels_last, 5: torch.channels_last_3d}


def _backward(
    grad: Tensor,
    extended: Tensor,
    weight: Tensor,
    arguments: ConvolutionArguments,
    plan: ConvolutionPlan,
    wanted: tuple[bool, bool],
) -> tuple[Tensor, Tensor]:
    geometry, nothing = arguments.geometry, [0] * arguments.ndim
    grads: tuple[Tensor, Tensor, Tensor] = torch.ops.aten.convolution_backward(
        grad,
        extended,
        weight,
        None,
        geometry.stride,
        plan.padding,
        geometry.dilation,
        False,
        nothing,
        arguments.groups,
        (*wanted, False),
    )
    return grads[:2]
