"""Our kernels as differentiable operators: three computations, each the derivative of the other two."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from striate.engine import composed
from striate.engine._load import ops
from striate.engine.activation import CODES, DERIVATIVES, activated
from striate.engine.arguments import BORDER_CODES, ConvolutionArguments, ConvolutionPlan
from striate.engine.many_axes import TORCH
from striate.engine.packing import Packing, packed_weight, packing
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
        inference: index of our kernel for the forward computation with weights that stay, packed once; None is torch.
        forward: for the forward computation of a weight whose gradient is recorded, packed in passing.
        backward_data: for the gradient by the input.
        backward_weight: for the gradient by the weight.
    """

    problem: Problem | None
    arguments: ConvolutionArguments
    plan: ConvolutionPlan
    value: float
    inference: int | None
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
    def torchs(self) -> tuple[Callable[..., Tensor], tuple[object, ...]] | None:
        """The function of torch and its arguments after the tensors, where it alone runs whatever is asked."""
        ours = {self.inference, self.forward, self.backward_data, self.backward_weight}
        return self.torchs_inference if ours == {None} else None

    @cached_property
    def torchs_inference(self) -> tuple[Callable[..., Tensor], tuple[object, ...]] | None:
        """The same, where it runs in inference; None also where each computation is to be reported."""
        if self.inference is not None or self.plan.extends or self.arguments.ndim > 3 or VERBOSE:
            return None
        geometry, ndim = self.arguments.geometry, self.arguments.ndim
        window = (geometry.stride, self.plan.padding, geometry.dilation, self.arguments.groups)
        standard = ((1,) * ndim, (0,) * ndim, (1,) * ndim, 1)
        said = max((i for i in range(4) if window[i] != standard[i]), default=-1) + 1  # each one read costs 0.2 us
        return TORCH[ndim], window[:said]

    @cached_property
    def affine(self) -> "KernelCall":
        """The part before the activation."""
        arguments = self.arguments
        return self if arguments.activation is None else replace(self, arguments=replace(arguments, activation=None))

    @cached_property
    def linear(self) -> "KernelCall":
        """The linear part: outside the signal stands 0, and nothing follows the sums."""
        affine = self.affine
        if affine.value == 0.0:
            return affine
        return replace(affine, arguments=replace(affine.arguments, value=0.0), value=0.0)

    @cached_property
    def activation_code(self) -> int:
        """The activation as the operators take it."""
        return CODES.get(self.arguments.activation or "", 0)

    @cached_property
    def torch_has_both(self) -> bool:
        """Whether one call of torch's gives both gradients."""
        return self.backward_data is None and self.backward_weight is None and not self.plan.extends

    @cached_property
    def packings(self) -> dict[str, Packing]:
        """How the weight may be packed for the directions that read it and that our kernels compute."""
        problem, ways = self.problem, {}
        if problem is None or 0 in {problem.batch, problem.in_channels}:  # the operators leave such to the reference
            return {}
        for direction, kernel in (("forward", self.inference), ("backward_data", self.backward_data)):
            if kernel is not None:
                window = (problem.weight_shape, problem.groups, problem.stride, problem.dilation)
                ways[direction] = packing(direction, kernel, *window, problem.dtype)
        return ways

    @cached_property
    def padded_shape(self) -> list[int]:
        """Shape of the input with its padding; for calls with a problem."""
        problem: Any = self.problem
        padded = [size + sum(amount) for size, amount in zip(problem.size, problem.padding, strict=True)]
        return [problem.batch, problem.in_channels, *padded]

    def runs_transposed(self, grad: Tensor, weight: Tensor) -> bool:
        """Whether a kernel of ours computes something of a call that runs `backward_data` forwards."""
        ours = self.backward_data is not None
        if torch.is_grad_enabled():
            ours = ours or (grad.requires_grad and self.forward is not None)
            ours = ours or (weight.requires_grad and self.backward_weight is not None)
        return ours

    def packed(self, weight: Tensor, direction: str) -> Tensor | None:
        """Return the weight as the direction's kernel packs it, kept from call to call; None if it packs none."""
        way = self.packings.get(direction)
        return None if way is None or way.none else packed_weight(weight, way, self.padded_shape)

    def kernel_name(self, computation: str) -> str:
        """Return the name of the kernel that runs a computation, of `striate.engine.selection.COMPUTATIONS`."""
        index: int | None = getattr(self, computation)
        return "torch" if index is None else kernel_list(computation)[index]


def convolve(input: Tensor, weight: Tensor, bias: Tensor | None, call: KernelCall) -> Tensor:
    """Convolve (N, C, *S) and activate; differentiable any number of times."""
    activation = call.arguments.activation
    if call.torchs is not None:  # the short way: small convolutions are all overhead
        function, window = call.torchs
        return activated(function(input, weight, bias, *window), activation)
    by_input, by_weight, by_bias = False, False, False
    if torch.is_grad_enabled():
        by_input, by_weight = input.requires_grad, weight.requires_grad
        by_bias = bias is not None and bias.requires_grad
    if not (by_input or by_weight or by_bias):
        if call.torchs_inference is None:
            return _inference(input, weight, bias, call)
        function, window = call.torchs_inference
        return activated(function(input, weight, bias, *window), activation)
    ours = (call.forward if by_weight else call.inference) is not None
    ours = ours or (by_input and call.backward_data is not None) or (by_weight and call.backward_weight is not None)
    if not ours:  # torch's, which differentiates itself
        return (_forward if by_weight else _inference)(input, weight, bias, call)
    # A function mode that looks on, as `striate.view` does at rectifiers, is to see the activation.
    fused = activation in DERIVATIVES and not torch._C._len_torch_function_stack()
    if activation is None or fused:
        result: Tensor = _Forward.apply(input, weight, bias, call)
        return result
    return activated(_Forward.apply(input, weight, bias, call.affine), activation)


# A weight whose gradient is recorded changes with every step: its kernel packs it in passing. Others are `steady`, and
# stay packed from call to call.


@reported("inference")
def _inference(input: Tensor, weight: Tensor, bias: Tensor | None, call: KernelCall) -> Tensor:
    if call.inference is None:
        return composed.forward(input, weight, bias, call.arguments, call.plan)
    packed = call.packed(weight, "forward")
    result: Tensor = ops().convolution.default(
        input, weight, bias, *call.geometry, call.value, call.inference, call.activation_code, packed
    )
    return result


@reported("forward")
def _forward(input: Tensor, weight: Tensor, bias: Tensor | None, call: KernelCall) -> Tensor:
    if call.forward is None:
        return composed.forward(input, weight, bias, call.arguments, call.plan)
    result: Tensor = ops().convolution.default(
        input, weight, bias, *call.geometry, call.value, call.forward, call.activation_code, None
    )
    return result


@reported("backward_data")
def _backward_data(grad: Tensor, weight: Tensor, shape: torch.Size, steady: bool, call: KernelCall) -> Tensor:
    if call.backward_data is None:
        return composed.backward_data(grad, weight, shape, call.arguments, call.plan)
    packed = call.packed(weight, "backward_data") if steady else None
    result: Tensor = ops().convolution_backward_data.default(
        grad, weight, shape, *call.geometry, call.backward_data, packed
    )
    return result


def transpose(grad: Tensor, weight: Tensor, shape: torch.Size, call: KernelCall) -> Tensor:
    """Apply the adjoint of a convolution of inputs of this shape; differentiable any number of times."""
    if torch.is_grad_enabled() and (grad.requires_grad or weight.requires_grad):
        result: Tensor = _BackwardData.apply(grad, weight, shape, call)
        return result
    return _backward_data(grad, weight, shape, True, call)


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
        output = (_forward if ctx.needs_input_grad[1] else _inference)(input, weight, bias, call)
        ctx.call = call
        if call.arguments.activation is None:
            ctx.save_for_backward(input, weight)
        else:
            ctx.save_for_backward(input, weight, output)
        return output

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        (input, weight, *activated), call = ctx.saved_tensors, ctx.call
        if activated:
            grad, call = DERIVATIVES[call.arguments.activation](grad, *activated), call.affine
        wants_input, wants_weight, wants_bias, _ = ctx.needs_input_grad
        for_bias = grad.sum((0, *range(2, grad.ndim))) if wants_bias else None
        if torch.is_grad_enabled():  # a second derivative is wanted
            for_input = _BackwardData.apply(grad, weight, input.shape, call.linear) if wants_input else None
            for_weight = _BackwardWeight.apply(grad, input, weight.shape, call) if wants_weight else None
        elif wants_input and wants_weight and call.torch_has_both:
            for_input, for_weight = _backward_both(grad, input, weight, call)
        else:
            steady = not wants_weight
            for_input = _backward_data(grad, weight, input.shape, steady, call.linear) if wants_input else None
            for_weight = _backward_weight(grad, input, weight, call) if wants_weight else None
        return for_input, for_weight, for_bias, None


class _BackwardData(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, grad: Tensor, weight: Tensor, shape: torch.Size, call: KernelCall) -> Tensor:  # noqa: ANN401
        ctx.save_for_backward(grad, weight)
        ctx.call = call
        return _backward_data(grad, weight, shape, not ctx.needs_input_grad[1], call)

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
