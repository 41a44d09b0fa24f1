"""Convolutions by Triton's kernels, differentiable any number of times: the rest of a derivative is torch's."""

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from striate.engine import composed
from striate.engine.activation import activated
from striate.engine.arguments import ConvolutionArguments, ConvolutionPlan
from striate.engine.folding import fold_back
from striate.engine.gpu import dense, depthwise, separable
from striate.engine.gpu.window import PlaneWindow, as_plane


def convolve(
    input: Tensor, weight: Tensor, bias: Tensor | None, arguments: ConvolutionArguments, plan: ConvolutionPlan
) -> Tensor:
    """Convolve (N, C, *S) of one or two axes, and activate."""
    sums: Tensor = _Convolution.apply(input, weight, bias, arguments, plan)
    return activated(sums, arguments.activation)


def convolve_separably(
    input: Tensor,
    depthwise_weight: Tensor,
    pointwise_weight: Tensor,
    biases: tuple[Tensor | None, Tensor | None],
    arguments: ConvolutionArguments,
    plan: ConvolutionPlan,
) -> Tensor:
    """Filter each channel of (N, C, *S), activate and mix, in one kernel; of no gradient."""
    output = separable.forward(
        as_plane(input),
        as_plane(depthwise_weight).contiguous(),
        as_plane(pointwise_weight).contiguous(),
        *biases,
        arguments.activation,
        _window(input, arguments, plan),
    )
    return output.reshape(*output.shape[:2], *output.shape[4 - arguments.ndim :])


class _Convolution(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401
        input: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        arguments: ConvolutionArguments,
        plan: ConvolutionPlan,
    ) -> Tensor:
        ctx.save_for_backward(input, weight)
        ctx.arguments, ctx.plan, ctx.has_bias = arguments, plan, bias is not None
        window, planes, taps = _window(input, arguments, plan), as_plane(input), as_plane(weight).contiguous()
        if _is_depthwise(weight, arguments):
            output = depthwise.forward(planes, taps, bias, window)
        else:
            output = dense.forward(planes, taps, bias, arguments.groups, window)
        return output.squeeze(2) if arguments.ndim == 1 else output

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        (input, weight), arguments, plan = ctx.saved_tensors, ctx.arguments, ctx.plan
        wants_input, wants_weight, *_ = ctx.needs_input_grad
        by_bias = grad.sum((0, *range(2, grad.ndim))) if ctx.has_bias else None
        if torch.is_grad_enabled() or not _is_depthwise(
            weight, arguments
        ):  # a derivative of this derivative is torch's
            return (*_by_torch(grad, input, weight, arguments, plan, (wants_input, wants_weight)), by_bias, None, None)
        window, planes = _window(input, arguments, plan), as_plane(grad)
        by_weight = depthwise.backward_weight(planes, as_plane(input), window) if wants_weight else None
        return (
            _depthwise_backward(planes, input, weight, arguments, plan, window) if wants_input else None,
            None if by_weight is None else by_weight.reshape(weight.shape),
            by_bias,
            None,
            None,
        )


def _by_torch(
    grad: Tensor,
    input: Tensor,
    weight: Tensor,
    arguments: ConvolutionArguments,
    plan: ConvolutionPlan,
    wanted: tuple[bool, bool],
) -> tuple[Tensor | None, Tensor | None]:
    """Return the gradients that are wanted, by the convolution that torch's operators compose."""
    linear = replace(arguments, activation=None)
    twice = torch.is_grad_enabled()
    with torch.enable_grad():
        tensors = [tensor if twice else tensor.detach().requires_grad_() for tensor in (input, weight)]
        output = composed.forward(tensors[0], tensors[1], None, linear, plan)
        grads = iter(
            torch.autograd.grad(
                output, [t for t, want in zip(tensors, wanted, strict=True) if want], grad, create_graph=twice
            )
        )
    return next(grads) if wanted[0] else None, next(grads) if wanted[1] else None


def _depthwise_backward(
    grad: Tensor,
    input: Tensor,
    weight: Tensor,
    arguments: ConvolutionArguments,
    plan: ConvolutionPlan,
    window: PlaneWindow,
) -> Tensor:
    """Return the gradient by the input: by the extended signal, of which a rule that copies takes its part back."""
    taps = as_plane(weight).contiguous()
    if set(arguments.modes) <= {"zeros", "constant"}:
        sent = depthwise.backward_data(grad, taps, torch.empty_like(as_plane(input)), window)
        return sent.reshape(input.shape) if arguments.ndim == 1 else sent
    size = [n + sum(pair) for n, pair in zip(input.shape[2:], plan.amounts, strict=True)]
    extended = as_plane(input.new_empty(*input.shape[:2], *size))
    depthwise.backward_data(grad, taps, extended, replace(window, before=(0, 0)))
    return fold_back(extended.squeeze(2) if arguments.ndim == 1 else extended, plan.amounts, arguments.modes)


def _is_depthwise(weight: Tensor, arguments: ConvolutionArguments) -> bool:
    return weight.shape[1] == 1 and arguments.groups > 1


def _window(input: Tensor, arguments: ConvolutionArguments, plan: ConvolutionPlan) -> PlaneWindow:
    return PlaneWindow.of(arguments, plan.amounts, tuple(input.shape[2:]))
