"""What the planner says of a convolution: the kernel chosen for each direction, and why not the others."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from striate.engine._load import ops
from striate.engine.arguments import ConvolutionArguments, convolution_arguments
from striate.engine.guard import layout_of, why_not
from striate.engine.planning import problem_of, verdicts, why_no_problem
from striate.engine.problem import Problem
from striate.engine.selection import DIRECTIONS
from striate.engine.transposed import output_shape
from striate.engine.transposed_arguments import TransposedArguments, transposed_arguments


def explain_plan(convolution: "Problem | str | torch.nn.Module", input: Tensor | None = None) -> None:
    """Print the kernel chosen for each direction of a convolution, and the reason against each other one.

    Args:
        convolution: a problem, its text form, or a convolution layer of torch.nn or striate.nn; of a transposed one the
            convolution is explained that it transposes, whose `backward_data` is the layer's forward.
        input: with a layer, what it is called on, (N, C, *S).

    Raises:
        ValueError: a text that is no problem, or a layer without its input.
        TypeError: a module that is no convolution layer.
        RuntimeError: the compiled kernels are missing.

    >>> explain_plan("b1 c4 o4 i8x8 k3x3")  # doctest: +ELLIPSIS
    b1 c4 o4 i8x8 k3x3
    forward
    ...
    """
    for line in plan_lines(convolution, input):
        print(line)  # noqa: T201, printing is what it is for


def plan_lines(convolution: "Problem | str | torch.nn.Module", input: Tensor | None = None) -> list[str]:
    """Return the lines of `explain_plan`."""
    ops()
    if isinstance(convolution, str):
        convolution = Problem.parse(convolution)
    if isinstance(convolution, Problem):
        return _lines(convolution)
    if not isinstance(convolution, torch.nn.modules.conv._ConvNd):
        name = type(convolution).__name__
        raise TypeError(f"convolution must be a problem, its text form or a convolution layer, but got a {name}")
    if input is None:
        raise ValueError("a layer is explained on an input: pass one, such as torch.randn(1, 3, 224, 224)")
    return _lines_of_layer(convolution, input)


def layer_arguments(layer: Any) -> ConvolutionArguments:  # noqa: ANN401, torch.nn's types are narrower than striate's
    """Return what a convolution layer, ours or torch's, asks for; a transposed one, of the one that it transposes."""
    if layer.transposed:
        return transposed_of_layer(layer).of_convolution
    return convolution_arguments(
        layer.weight.shape[2:],
        layer.stride,
        layer.padding,
        layer.dilation,
        layer.groups,
        layer.padding_mode,
        getattr(layer, "padding_value", 0.0),
    )


def transposed_of_layer(layer: Any) -> TransposedArguments:  # noqa: ANN401
    """Return what a transposed convolution layer asks for when it is called without an output size."""
    window = (layer.stride, layer.padding, layer.output_padding, layer.groups, layer.dilation, layer.padding_mode)
    return transposed_arguments(layer.weight.shape[2:], *window)


def problem_of_layer(layer: Any, input: Tensor) -> Problem:  # noqa: ANN401
    """Write a layer on an input, (N, C, *S), as a problem; of a transposed one, the convolution that it transposes."""
    shape: Sequence[int] = input.shape
    if layer.transposed:
        shape = output_shape(transposed_of_layer(layer), shape, layer.weight.shape)
    return problem_of(layer_arguments(layer), shape, layer.weight.shape, input.dtype, layout_of(input))


def _lines_of_layer(layer: Any, input: Tensor) -> list[str]:  # noqa: ANN401, layers are read by their attributes
    arguments = layer_arguments(layer)
    reason = why_not(input, layer.weight, layer.bias) or why_no_problem(arguments, input.dtype)
    if reason is not None:
        return [f"torch: {reason}"]
    return _lines(problem_of_layer(layer, input))


def _lines(problem: Problem) -> list[str]:
    lines = [str(problem)]
    for direction in DIRECTIONS:
        said = verdicts(problem, direction)
        width = max(map(len, said))
        lines += [direction, *(f"  {name:<{width}}  {verdict}" for name, verdict in said.items())]
    return lines
