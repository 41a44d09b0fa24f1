"""How an operation's numbers come about, for those operations that a page can take apart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any

import torch
from torch import Tensor, nn

import striate.nn as snn
from striate.functional.conv import flipped
from striate.graph import Operation, Recording, Sliding, Value
from striate.graph.rules import rule_of_function
from striate.graph.rules.mixing import pointwise
from striate.nn.adaptive_pool import _AdaptiveAvgPool, _AdaptiveMaxPool
from striate.nn.avg_pool import _AvgPool
from striate.nn.max_pool import _MaxPool
from striate.view.explainer.schema import Kind, Reduction


@dataclass(frozen=True)
class Arithmetic:
    """The arithmetic of one operation; the fields are those of `schema.Operation`.

    Args:
        kind: What is done.
        weight: A tensor.
        bias: A tensor.
        groups: Of the channels.
        transposed: Whether outputs gather what inputs spread.
        outside: What stands outside the input.
        reduction: Of a pooling.
        counts_padding: Whether a mean counts the padding.
        divisor: What a mean divides by, where that is given.
    """

    kind: Kind
    weight: Tensor | None = None
    bias: Tensor | None = None
    groups: int = 1
    transposed: bool = False
    outside: float = 0.0
    reduction: Reduction | None = None
    counts_padding: bool = False
    divisor: int | None = None


OTHER = Arithmetic("other")


def arithmetic_of(operation: Operation, recording: Recording) -> Arithmetic:
    """Return an operation's arithmetic as far as its name and its arguments tell; `OTHER` where they do not.

    >>> from striate.graph import record
    >>> recording = record(nn.Conv2d(1, 4, 3), torch.zeros(1, 1, 8, 8))
    >>> arithmetic_of(recording.operations[0], recording).kind
    'convolution'
    """
    if operation.module is not None and not operation.parts:
        return next((told(operation.module) for cls, told in _MODULES if isinstance(operation.module, cls)), OTHER)
    if operation.parts:
        return _of_parts(operation, recording)
    return _of_function(operation, recording)


def _of_parts(operation: Operation, recording: Recording) -> Arithmetic:
    """Return the arithmetic of a layer's functions together: one, one after a padding, or several of elements."""
    parts = [part for part in operation.parts if part.name != "pad"]
    if len(parts) == 1:
        return _of_function(parts[0], recording)
    found = [_of_function(part, recording) for part in parts]
    same_shape = {recording.values[index].shape for index in (*operation.inputs, *operation.outputs)}
    if len(operation.inputs) == len(same_shape) == 1 and all(part.kind == "pointwise" for part in found):
        return Arithmetic("pointwise")
    return OTHER


def _of_function(operation: Operation, recording: Recording) -> Arithmetic:
    told = _FUNCTIONS.get(operation.name.strip("_"))
    shapes = [recording.values[index].shape for index in (*operation.inputs, *operation.outputs)]
    if told is None:
        alone = len(operation.inputs) == 1 and len(set(shapes)) == 1 and not _other_tensors(operation)
        return Arithmetic("pointwise") if alone and rule_of_function(operation.name) is pointwise else OTHER
    try:
        signature(told).bind(*operation.arguments, **operation.keywords)
    except TypeError:  # called in a way that is not known here
        return OTHER
    return told(*operation.arguments, **operation.keywords)


def _other_tensors(operation: Operation) -> bool:
    """Whether an operation works with a tensor of several numbers that does not follow from the image."""
    given = (*operation.arguments, *operation.keywords.values())
    return any(isinstance(item, Tensor) and item.numel() > 1 for item in given)


def _convolution(
    input: Any,  # noqa: ANN401
    weight: Any,  # noqa: ANN401
    bias: Any = None,  # noqa: ANN401
    stride: Any = 1,  # noqa: ANN401, ARG001
    padding: Any = 0,  # noqa: ANN401, ARG001
    dilation: Any = 1,  # noqa: ANN401, ARG001
    groups: int = 1,
    *_: object,
) -> Arithmetic:
    return _weighted(Arithmetic("convolution", weight, bias, groups), input)


def _transposed(
    input: Any,  # noqa: ANN401
    weight: Any,  # noqa: ANN401
    bias: Any = None,  # noqa: ANN401
    stride: Any = 1,  # noqa: ANN401, ARG001
    padding: Any = 0,  # noqa: ANN401, ARG001
    output_padding: Any = 0,  # noqa: ANN401, ARG001
    groups: int = 1,
    dilation: Any = 1,  # noqa: ANN401, ARG001
) -> Arithmetic:
    return _weighted(Arithmetic("convolution", weight, bias, groups, transposed=True), input)


def _linear(input: Any, weight: Any, bias: Any = None) -> Arithmetic:  # noqa: ANN401
    return _weighted(Arithmetic("linear", weight, bias), input)


def _weighted(arithmetic: Arithmetic, input: object) -> Arithmetic:
    """Refuse weights that themselves follow from the image."""
    fixed = all(item is None or isinstance(item, Tensor) for item in (arithmetic.weight, arithmetic.bias))
    return arithmetic if fixed and isinstance(input, Value) else OTHER


def _normalisation(
    input: Any,  # noqa: ANN401, ARG001
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,  # noqa: ARG001
    eps: float = 1e-5,
    *_: object,
) -> Arithmetic:
    """Return the scaling that a batch normalisation is once its mean and variance are fixed."""
    if training or running_mean is None or running_var is None:
        return OTHER
    scale = (running_var.double() + eps).rsqrt() * (1 if weight is None else weight)
    shift = (0 if bias is None else bias) - running_mean.double() * scale
    return Arithmetic("scaling", scale.float(), shift.float())


def _mean_pooling(
    input: Any,  # noqa: ANN401, ARG001
    kernel_size: Any,  # noqa: ANN401, ARG001
    stride: Any = None,  # noqa: ANN401, ARG001
    padding: Any = 0,  # noqa: ANN401, ARG001
    ceil_mode: bool = False,  # noqa: ARG001
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Arithmetic:
    return Arithmetic("pooling", reduction="mean", counts_padding=count_include_pad, divisor=divisor_override)


def _reducing(reduction: Reduction) -> Callable[..., Arithmetic]:
    return lambda *_, **__: Arithmetic("pooling", reduction=reduction)


def _joining(kind: Kind) -> Callable[..., Arithmetic]:
    def told(input: Any, other: Any, *, alpha: float = 1) -> Arithmetic:  # noqa: ANN401
        if not (isinstance(input, Value) and isinstance(other, Value)):
            others = (input, other)
            plain = all(isinstance(item, Value) or not isinstance(item, Tensor) or item.numel() == 1 for item in others)
            return Arithmetic("pointwise") if plain else OTHER
        return Arithmetic(kind) if alpha == 1 else OTHER

    return told


def _concatenation(tensors: Sequence[object], dim: int = 0) -> Arithmetic:
    values = [item for item in tensors if isinstance(item, Value)]
    if len(values) < len(tensors):
        return OTHER
    return Arithmetic("concatenation") if dim % len(values[0].shape) == 1 else OTHER


def _rearranging(*_: object, **__: object) -> Arithmetic:
    return Arithmetic("rearrangement")


def _alone(*_: object, **__: object) -> Arithmetic:
    return Arithmetic("pointwise")


def _our_convolution(layer: Any) -> Arithmetic:  # noqa: ANN401
    modes = {layer.padding_mode} if isinstance(layer.padding_mode, str) else set(layer.padding_mode)
    if layer.activation is not None or "mean" in modes:
        return OTHER
    weight = flipped(layer.weight) if layer.flip else layer.weight
    return Arithmetic("convolution", weight, layer.bias, layer.groups, outside=layer.padding_value)


def _our_transposed(layer: Any) -> Arithmetic:  # noqa: ANN401
    return Arithmetic("convolution", layer.weight, layer.bias, layer.groups, transposed=True)


def _our_mean(layer: Any) -> Arithmetic:  # noqa: ANN401
    return _mean_pooling(None, None, None, None, False, layer.count_include_pad, layer.divisor_override)


_SAME_NUMBERS = (
    *("view", "reshape", "flatten", "unflatten", "ravel", "squeeze", "unsqueeze", "contiguous", "identity", "detach"),
)
_FUNCTIONS: dict[str, Callable[..., Arithmetic]] = {
    **{f"conv{n}d": _convolution for n in (1, 2, 3)},
    "striate.convolution": _convolution,
    **{f"conv_transpose{n}d": _transposed for n in (1, 2, 3)},
    "linear": _linear,
    "batch_norm": _normalisation,
    **{
        f"{kind}max_pool{n}d{tail}": _reducing("max")
        for n in (1, 2, 3)
        for kind in ("", "adaptive_")
        for tail in ("", "_with_indices")
    },
    **{f"avg_pool{n}d": _mean_pooling for n in (1, 2, 3)},
    **{f"adaptive_avg_pool{n}d": _reducing("mean") for n in (1, 2, 3)},
    **dict.fromkeys(("amax", "striate.max_pool"), _reducing("max")),
    "amin": _reducing("min"),
    "mean": _reducing("mean"),
    "sum": _reducing("sum"),
    **dict.fromkeys(("add", "iadd", "radd"), _joining("sum")),
    **dict.fromkeys(("mul", "imul", "rmul", "multiply"), _joining("product")),
    **dict.fromkeys(("cat", "concat", "concatenate"), _concatenation),
    **dict.fromkeys(_SAME_NUMBERS, _rearranging),
    **dict.fromkeys(("dropout", "dropout1d", "dropout2d", "dropout3d"), _alone),
}

_MODULES: tuple[tuple[type[nn.Module], Callable[[Any], Arithmetic]], ...] = (
    (snn.ConvNd, _our_convolution),
    (snn.ConvTransposeNd, _our_transposed),
    *((cls, _reducing("max")) for cls in (_MaxPool, _AdaptiveMaxPool)),
    (_AvgPool, _our_mean),
    (_AdaptiveAvgPool, _reducing("mean")),
    *((cls, _reducing("min")) for cls in (snn.MinPool1d, snn.MinPool2d, snn.MinPool3d)),
)


def divisors(arithmetic: Arithmetic, maps: Sequence[Any], size: Sequence[int]) -> tuple[tuple[int, ...], ...] | None:
    """Return what a mean divides by, a factor an axis and output; None for other operations.

    Args:
        arithmetic: The operation's.
        maps: How its output reads its input, an axis each.
        size: Outputs an axis.
    """
    if arithmetic.reduction != "mean":
        return None
    if arithmetic.divisor is not None:
        return tuple((arithmetic.divisor if axis == 0 else 1,) * count for axis, count in enumerate(size))
    factors = []
    for map in maps:
        counts = (map.table >= 0).sum(1)
        if arithmetic.counts_padding and isinstance(map, Sliding):
            window = map.window
            starts = torch.arange(map.outputs) * window.stride - window.before
            seats = starts[:, None] + torch.arange(window.kernel) * window.dilation
            counts = (seats < map.inputs + window.after).sum(1)
        factors.append(tuple(int(count) for count in counts))
    return tuple(factors)
