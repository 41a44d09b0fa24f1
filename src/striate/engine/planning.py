"""Planning: which kernel runs each computation of a convolution, asked once for each kind of call."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache

import torch

from striate.engine._load import has_kernels, ops
from striate.engine.arguments import Asked, ConvolutionArguments, convolution_plan
from striate.engine.checks import check_tensors
from striate.engine.kernel import KernelCall
from striate.engine.problem import Problem
from striate.engine.selection import COMPUTATIONS, kernel_list

_DTYPES = {torch.float32: "f32", torch.float64: "f64"}

# The short way of `convolution`: what ran the last kinds of call, by the arguments as they were written.
plans: dict[tuple[object, ...], KernelCall] = {}
_MOST_PLANS = 4096
_plans_lock = threading.Lock()


def remember_plan(
    asked: Asked,
    input: torch.Size,
    weight: torch.Size,
    dtype: torch.dtype,
    layout: str,
    forced: str | None,
    call: KernelCall,
) -> None:
    """Keep a plan for calls of the same kind; arguments with a list among them have no place in a table."""
    with _plans_lock, suppress(TypeError):
        plans[(asked, input, weight, dtype, layout == "nchw" or layout, forced)] = call
        if len(plans) > _MOST_PLANS:
            del plans[next(iter(plans))]


def forget_plans() -> None:
    """Plan every kind of call anew, as after a change of the kernels' instruction set."""
    with _plans_lock:
        plans.clear()
    kernel_call.cache_clear()


@lru_cache(maxsize=4096)
def kernel_call(
    arguments: ConvolutionArguments,
    input: torch.Size,
    weight: torch.Size,
    bias: torch.Size | None,
    dtypes: tuple[torch.dtype, torch.dtype],
    layout: str,
    forced: str | None,
) -> KernelCall:
    """Plan a convolution of dense CPU tensors with these shapes.

    Args:
        arguments: the window, borders and groups.
        input: shape, (N, C, *S).
        weight: shape.
        bias: shape, or None.
        dtypes: those of input and weight.
        layout: the input's, `"nchw"`, `"nhwc"` or `"strided"`.
        forced: the kernel that a person forces, or None.

    Raises:
        ValueError, TypeError: tensors that do not belong together.
        RuntimeError: the forced kernel cannot run this; the message says why.
    """
    check_tensors(input, weight, bias, dtypes, arguments)
    torchs = convolution_plan(arguments, tuple(input[2:]))
    problem: Problem | None = None
    chosen: list[int | None] = [None, None, None, None]
    reason = why_no_problem(arguments, dtypes[0])
    if reason is None:
        try:
            problem = problem_of(arguments, input, weight, dtypes[0], layout)
            chosen = [_chosen(problem, computation, forced or "") for computation in COMPUTATIONS]
        except ValueError as error:
            reason = str(error)
    if reason is not None and forced not in {None, "torch"}:
        said = reason.startswith("the kernel ")  # the plan's own refusal names kernel and direction
        raise RuntimeError(reason if said else f"the kernel {forced!r} is forced and cannot run: {reason}")
    return KernelCall(problem, arguments, torchs, arguments.value, *chosen)


def why_no_problem(arguments: ConvolutionArguments, dtype: torch.dtype) -> str | None:
    """Return why none of our kernels knows such a convolution, or None."""
    if not has_kernels():
        return "the compiled kernels are missing"
    if dtype not in _DTYPES:
        return f"input has dtype {dtype}, not float32 or float64"
    if arguments.ndim > 3:
        return f"the kernels have 1 to 3 spatial axes, not {arguments.ndim}"
    if "mean" in arguments.modes:
        return "the kernels do not know padding_mode 'mean'"
    if {"zeros", "constant"} <= set(arguments.modes) and arguments.value != 0.0:
        return "the kernels have one value outside the input, and padding_mode asks for 'zeros' and 'constant'"
    return None


def problem_of(
    arguments: ConvolutionArguments, input: Sequence[int], weight: Sequence[int], dtype: torch.dtype, layout: str
) -> Problem:
    """Write a convolution as a problem; ValueError if it has an empty axis."""
    size = tuple(input[2:])
    return Problem(
        batch=input[0],
        in_channels=input[1],
        out_channels=weight[0],
        groups=arguments.groups,
        size=size,
        kernel=arguments.geometry.kernel,
        stride=arguments.geometry.stride,
        dilation=arguments.geometry.dilation,
        padding=convolution_plan(arguments, size).amounts,
        modes=arguments.modes,
        value=arguments.value,
        dtype=_DTYPES[dtype],
        layout=layout,
    )


def verdicts(problem: Problem, computation: str, forced: str = "") -> dict[str, str]:
    """Return what the plan says of each kernel in the order of the list: `"chosen"`, or why not.

    Raises:
        ValueError: the forced kernel cannot run this, or is unknown.
    """
    lines: str = ops().plan(str(problem), computation, forced)
    return dict(line.split(": ", 1) for line in lines.split("\n"))


def _chosen(problem: Problem, computation: str, forced: str) -> int | None:
    """Return the index of the kernel that the plan chooses; None is torch."""
    said = verdicts(problem, computation, forced)
    name = next(name for name, verdict in said.items() if verdict == "chosen")
    return None if name == "torch" else kernel_list(computation).index(name)
