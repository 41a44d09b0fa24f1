"""What each convolution layer is asked for: by its own arguments, and by what reaches it when the model runs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from striate.engine._load import ops
from striate.engine.evaluating import evaluating
from striate.engine.explanation import layer_arguments, problem_of_layer
from striate.engine.guard import why_not
from striate.engine.planning import problem_of, verdicts, why_no_problem
from striate.engine.problem import Problem
from striate.engine.selection import COMPUTATIONS, forced_kernel


@dataclass(frozen=True)
class Plan:
    """What a convolution layer computes, and by which kernels; the fields are those of `Row`."""

    problem: str
    kernels: dict[str, str] = field(default_factory=dict)
    gains: dict[str, float] = field(default_factory=dict)
    why: str = ""


def plan_of_call(layer: _ConvNd, input: Tensor) -> Plan:
    """Plan a layer for an input, as the engine does when the layer is called."""
    ndim = layer.weight.ndim - 2
    if input.ndim == ndim + 1:
        input = input.unsqueeze(0)
    reason = why_not(input, layer.weight, layer.bias) or why_no_problem(layer_arguments(layer), input.dtype)
    if reason is not None:
        torchs, nothing = dict.fromkeys(COMPUTATIONS, "torch"), dict.fromkeys(COMPUTATIONS, 1.0)
        return Plan(_text_without_size(layer), torchs, nothing, reason)
    try:
        problem = problem_of_layer(layer, input)
        said = {of: verdicts(problem, asked, forced_kernel() or "") for of, asked in _computations(layer).items()}
    except ValueError as error:  # an empty axis, or a forced kernel that cannot run this
        return Plan(_text_without_size(layer), why=str(error))
    kernels = {of: _chosen(said[of]) for of in COMPUTATIONS}
    return Plan(str(problem), kernels, _gains(layer, problem, kernels), _why(said.values()))


def plan_without_input(layer: _ConvNd, why: str) -> Plan:
    """Say what is known of a layer before any input: its problem but for batch and size."""
    return Plan(_text_without_size(layer), why=why)


def observe(model: nn.Module, inputs: tuple[Any, ...]) -> dict[nn.Module, list[Plan]]:
    """Run the model once and return the plans of its convolution layers, each kind of call once.

    It runs without gradients and in evaluation mode, so that no statistics and no random numbers are used up; every
    module gets its own mode back.
    """
    plans: dict[nn.Module, list[Plan]] = {}

    def note(layer: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        # The hook stands on convolutions only, which mypy cannot see.
        plan = plan_of_call(layer, args[0] if args else kwargs["input"])  # type: ignore[arg-type]
        if plan not in plans.setdefault(layer, []):
            plans[layer].append(plan)

    layers = [module for module in model.modules() if isinstance(module, _ConvNd)]
    hooks = [layer.register_forward_pre_hook(note, with_kwargs=True) for layer in layers]
    try:
        with torch.no_grad(), evaluating(model):
            model(*inputs)
    finally:
        for hook in hooks:
            hook.remove()
    return plans


def _computations(layer: _ConvNd) -> dict[str, str]:
    """Return the computation of the layer's problem that each of the layer's own is."""
    transposed = ("backward_data", "backward_data", "forward", "backward_weight")
    return dict(zip(COMPUTATIONS, transposed if layer.transposed else COMPUTATIONS, strict=True))


def _gains(layer: _ConvNd, problem: Problem, kernels: dict[str, str]) -> dict[str, float]:
    """Return the predicted gains; of a forced kernel nothing is predicted but that torch's own gains nothing."""
    if forced_kernel() is not None:
        return dict.fromkeys(COMPUTATIONS, 1.0) if set(kernels.values()) == {"torch"} else {}
    return {of: ops().predicted_gain(str(problem), asked) for of, asked in _computations(layer).items()}


def _text_without_size(layer: _ConvNd) -> str:
    """Write the layer's problem on the smallest input that fits, and drop what depends on the input."""
    shape, dtype = layer.weight.shape, layer.weight.dtype
    arguments = layer_arguments(layer)
    if why_no_problem(arguments, dtype) is not None:
        return ""
    geometry = arguments.geometry
    cropped = [0] * arguments.ndim
    unknown = "bi"
    if not isinstance(geometry.padding, str):
        cropped = [max(-before, 0) + max(-after, 0) for before, after in geometry.padding]
    elif set(geometry.stride) != {1}:
        unknown = "bip"
    extents = (dilation * (taps - 1) + 1 for taps, dilation in zip(geometry.kernel, geometry.dilation, strict=True))
    size = [extent + crop for extent, crop in zip(extents, cropped, strict=True)]
    problem = problem_of(arguments, (1, shape[1] * layer.groups, *size), shape, dtype, "nchw")
    return " ".join(word for word in str(problem).split() if word[0] not in unknown)


def _chosen(said: dict[str, str]) -> str:
    return next(name for name, verdict in said.items() if verdict == "chosen")


def _why(said: Iterable[dict[str, str]]) -> str:
    """Return what the plan says against our kernels where torch's runs; the reference is there for tests."""
    reasons = [
        f"{name}: {verdict}"
        for verdicts in said
        if verdicts["torch"] == "chosen"
        for name, verdict in verdicts.items()
        if name not in {"reference", "torch"}
    ]
    return "; ".join(dict.fromkeys(reasons))
