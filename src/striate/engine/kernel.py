"""Our kernels as differentiable operators: three computations, each the derivative of the other two."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from striate.engine import composed
from striate.engine._load import ops
from striate.engine.arguments import BORDER_CODES, ConvolutionArguments, ConvolutionPlan
from striate.engine.many_axes import TORCH
from striate.engine.problem import Problem
from striate.engine.selection import kernel_list
from striate.engine.verbose import VERBOSE, reported


@dataclass(frozen=True, eq=False)
class KernelCall:
    """How calls of one kind run.

    Args:
        problem: what is computed; None if only torch knows it.
        arguments: the window, borders and groups.
        plan: how torch's operators compute it.
        value: the value outside the signal.
        forward: index of our kernel for the forward computation; None is torch.
        backward_data: for the gradient by the input.
        backward_weight: for the gradient by the weight.
    """

    problem: Problem | None
    arguments: ConvolutionArguments
    plan: ConvolutionPlan
    value: float
    forward: int | None
    backward_data: int | None
    backward_weight: int | None

    @cached_property
    def geometry(self) -> tuple[list[int], list[int], list[int], int, list[int]]:
        """Stride, padding, dilation, groups and border as the operators take them."""
        return (
            list(self.arguments.geometry.stride),
            [amount for pair in self.plan.amounts for amount in pair],
            list(self.arguments.geometry.dilation),
            self.arguments.groups,
            [BORDER_CODES[mode] for mode in self.arguments.modes],
        )

    @cached_property
    def all_torch(self) -> bool:
        """Whether torch computes all three directions, and nothing is extended for it."""
        ours = {self.forward, self.backward_data, self.backward_weight}
        return ours == {None} and not self.plan.extends and self.arguments.ndim <= 3

    @cached_property
    def linear(self) -> "KernelCall":
        """The linear part: outside the signal stands 0."""
        return self if self.value == 0.0 else replace(self, arguments=replace(self.arguments, value=0.0), value=0.0)

    @cached_property
    def torch_has_both(self) -> bool:
        """Whether one call of torch's gives both gradients."""
        return self.backward_data is None and self.backward_weight is None and not self.plan.extends

    def kernel_name(self, direction: str) -> str:
        """Return the name of the kernel that runs a direction."""
        index: int | None = getattr(self, direction)
        return "torch" if index is None else kernel_list(direction)[index]


def convolve(input: Tensor, weight: Tensor, bias: Tensor | None, call: KernelCall) -> Tensor:
    """Convolve (N, C, *S); differentiable any number of times."""
    if call.all_torch and not VERBOSE:  # the short way: small convolutions are all overhead
        geometry = call.arguments.geometry
        return TORCH[len(geometry.kernel)](
            input, weight, bias, geometry.stride, call.plan.padding, geometry.dilation, call.arguments.groups
        )
    by_input, by_weight, by_bias = False, False, False
    if torch.is_grad_enabled():
        by_input, by_weight = input.requires_grad, weight.requires_grad
        by_bias = bias is not None and bias.requires_grad
    ours = call.forward is not None or (by_input and call.backward_data is not None)
    if not ours and not (by_weight and call.backward_weight is not None):
        return _forward(input, weight, bias, call)  # torch's, which differentiates itself
    if by_input or by_weight or by_bias:
        result: Tensor = _Forward.apply(input, weight, bias, call)
        return result
    return _forward(input, weight, bias, call)


@reported("forward")
def _forward(input: Tensor, weight: Tensor, bias: Tensor | None, call: KernelCall) -> Tensor:
    if call.forward is None:
        return composed.forward(input, weight, bias, call.arguments, call.plan)
    result: Tensor = ops().convolution.default(input, weight, bias, *call.geometry, call.value, call.forward)
    return result


@reported("backward_data")
def _backward_data(grad: Tensor, weight: Tensor, shape: torch.Size, call: KernelCall) -> Tensor:
    if call.backward_data is None:
        return composed.backward_data(grad, weight, shape, call.arguments, call.plan)
    result: Tensor = ops().convolution_backward_data.default(grad, weight, shape, *call.geometry, call.backward_data)
    return result


@reported("backward_weight")
def _backward_weight(grad: Tensor, input: Tensor, weight: Tensor, call: KernelCall) -> Tensor:
    """Only the shape and layout of `weight` matter."""
    if call.backward_weight is None:
        return composed.backward(grad, input, weight, call.arguments, call.plan, (False, True))[1]
    result: Tensor = ops().convolution_backward_weight.default(
        grad, input, weight.shape, *call.geometry, call.value, call.backward_weight
    )
    return result


@reported("backward_weight")
def _backward_both(grad: Tensor, input: Tensor, weight: Tensor, call: KernelCall) -> tuple[Tensor, Tensor]:
    return composed.backward(grad, input, weight, call.arguments, call.plan, (True, True))


# Each Function's backward applies the other two, so every order of derivative runs on our kernels. With a constant
# outside the signal the forward is affine in the input: its derivative by the input does not see the value, and the
# derivative by the weight does.


class _Forward(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, input: Tensor, weight: Tensor, bias: Tensor | None, call: KernelCall) -> Tensor:  # noqa: ANN401
        ctx.save_for_backward(input, weight)
        ctx.call = call
        return _forward(input, weight, bias, call)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        (input, weight), call = ctx.saved_tensors, ctx.call
        wants_input, wants_weight, wants_bias, _ = ctx.needs_input_grad
        for_bias = grad.sum((0, *range(2, grad.ndim))) if wants_bias else None
        if torch.is_grad_enabled():  # a second derivative is wanted
            for_input = _BackwardData.apply(grad, weight, input.shape, call.linear) if wants_input else None
            for_weight = _BackwardWeight.apply(grad, input, weight.shape, call) if wants_weight else None
        elif wants_input and wants_weight and call.torch_has_both:
            for_input, for_weight = _backward_both(grad, input, weight, call)
        else:
            for_input = _backward_data(grad, weight, input.shape, call.linear) if wants_input else None
            for_weight = _backward_weight(grad, input, weight, call) if wants_weight else None
        return for_input, for_weight, for_bias, None


class _BackwardData(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, grad: Tensor, weight: Tensor, shape: torch.Size, call: KernelCall) -> Tensor:  # noqa: ANN401
        ctx.save_for_backward(grad, weight)
        ctx.call = call
        return _backward_data(grad, weight, shape, call)

    @staticmethod
    def backward(ctx: Any, grad_input: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        grad, weight = ctx.saved_tensors
        wants_grad, wants_weight, _, _ = ctx.needs_input_grad
        return (
            _Forward.apply(grad_input, weight, None, ctx.call) if wants_grad else None,
            _BackwardWeight.apply(grad, grad_input, weight.shape, ctx.call) if wants_weight else None,
            None,
            None,
        )


class _BackwardWeight(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, grad: Tensor, input: Tensor, shape: torch.Size, call: KernelCall) -> Tensor:  # noqa: ANN401
        ctx.save_for_backward(grad, input)
        ctx.call = call
        return _backward_weight(grad, input, grad.new_empty(shape), call)

    @staticmethod
    def backward(ctx: Any, grad_weight: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        grad, input = ctx.saved_tensors
        wants_grad, wants_input, _, _ = ctx.needs_input_grad
        return (
            _Forward.apply(input, grad_weight, None, ctx.call) if wants_grad else None,
            _BackwardData.apply(grad, grad_weight, input.shape, ctx.call.linear) if wants_input else None,
            None,
            None,
        )
