"""Rules of layers whose functions do not tell what they compute: their own arguments do."""

from collections.abc import Callable
from functools import partial
from typing import Any

from torch import nn

import striate.nn as snn
from striate.arithmetic import Geometry
from striate.functional.pool_window import one_an_axis
from striate.graph.linking import Follows
from striate.graph.rules.operands import (
    Operand,
    Result,
    Rule,
    Told,
    everywhere,
    listed,
    operands_in,
    same,
    told,
)
from striate.graph.rules.windows import adaptive, slid, spread
from striate.nn.adaptive_pool import _AdaptiveAvgPool, _AdaptiveLpPool, _AdaptiveMaxPool
from striate.nn.avg_pool import _AvgPool
from striate.nn.local import LocalLayer
from striate.nn.local_transpose import LocalTransposeLayer
from striate.nn.lp_pool import _LpPool
from striate.nn.max_blur_pool import _MaxBlurPool
from striate.nn.max_pool import _MaxPool
from striate.nn.max_unpool import _MaxUnpool
from striate.nn.polyphase import _AdaptivePolyphaseSampling
from striate.nn.pool_window import WindowPool
from striate.nn.unpool import _Unpool

# Layers are read by their attributes, which torch.nn's types are narrower than.
Layer = Any


def rule_of_module(module: nn.Module) -> Rule | None:
    """Return the rule of a layer; None where the functions that it calls tell it all.

    A subclass with a `forward` of its own is no longer known.

    >>> rule_of_module(nn.Conv2d(1, 1, 3)) is None, rule_of_module(snn.Conv2d(1, 1, 3)) is None
    (True, False)
    """
    for cls, rule in _RULES:
        if isinstance(module, cls):
            kept = rule is not None and _computes_as(type(module), cls)
            return partial(rule, module) if rule is not None and kept else None
    return None


def _computes_as(mine: type[nn.Module], known: type[nn.Module]) -> bool:
    """Whether a class inherits what it computes from a known one, or from one of striate's below that."""
    base = next(cls for cls in mine.__mro__ if cls.__module__.startswith(("striate.nn", known.__module__)))
    return all(getattr(mine, name, None) is getattr(base, name, None) for name in ("forward", "_conv_forward"))


def _convolution(layer: Layer, result: Result, *arguments: object, **keywords: object) -> Told:
    """Windows of `ConvNd`; a mask is read as the input is."""
    ndim = len(layer.kernel_size)
    geometry = Geometry.of(layer.kernel_size, layer.stride, layer.padding, layer.dilation, ndim=ndim)
    modes = listed(layer.padding_mode, ndim)
    read = operands_in([*arguments, *keywords.values()])
    return told(*((operand, slid(operand, result.shape[-ndim:], geometry, modes)) for operand in read))


def _transposed(layer: Layer, result: Result, input: Operand, output_size: object = None) -> Told:
    ndim = len(layer.kernel_size)
    geometry = Geometry.of(layer.kernel_size, layer.stride, layer.padding, layer.dilation, ndim=ndim)
    return told((input, spread(input, result.shape[-ndim:], geometry, listed(layer.padding_mode, ndim))))


def _local(layer: Layer, result: Result, input: Operand) -> Told:
    ndim = layer.geometry.ndim
    slide: Callable[..., list[Follows]] = spread if isinstance(layer, LocalTransposeLayer) else slid
    return told((input, slide(input, result.shape[-ndim:], layer.geometry, listed(layer.padding_mode, ndim))))


def _pooling(layer: Layer, result: Result, input: Operand) -> Told:
    ndim = layer.spatial_axes
    geometry = Geometry.of(
        one_an_axis(layer.kernel_size, ndim),
        layer.kernel_size if layer.stride is None else layer.stride,
        layer.padding,
        getattr(layer, "dilation", 1),
        ndim=ndim,
    )
    modes = listed(getattr(layer, "padding_mode", "zeros"), ndim)
    return told((input, slid(input, result.shape[-ndim:], geometry, modes, channels=True)))


def _unpooling(layer: Layer, result: Result, *arguments: object, **keywords: object) -> Told:
    ndim = layer.spatial_axes
    geometry = Geometry.of(layer.kernel_size, layer.stride, layer.padding, layer.dilation, ndim=ndim)
    read = operands_in([*arguments, *keywords.values()])
    return told(*((operand, spread(operand, result.shape[-ndim:], geometry)) for operand in read))


def _adaptive(layer: Layer, result: Result, input: Operand) -> Told:
    before = input.ndim - layer.spatial_axes
    runs: list[Follows] = [((dim, adaptive(input.shape[dim], result.shape[dim])),) for dim in range(before, input.ndim)]
    return told((input, [*same(input, range(before)), *runs]))


def _polyphase(layer: Layer, result: Result, input: Operand, phase: object = None) -> Told:
    """The phase follows from all of the input."""
    return told((input, everywhere(input, result.shape)))


def _attention(layer: Layer, result: Result, query: Any, key: Any, value: Any, *_: object, **__: object) -> Told:
    """Each query reads all keys and values; the second output is the weights."""
    if result.place > 0:
        return told(*((operand, [()] * result.ndim) for operand in operands_in([query, key, value])))
    tokens = query.ndim - 2 if layer.batch_first else 0
    pairs = []
    for argument, is_query in ((query, True), (key, False), (value, False)):
        spec = [*same(argument, range(query.ndim - 1)), ()]
        if not is_query:
            spec[tokens] = ()
        pairs.append((argument, spec))
    return told(*pairs)


_RULES: tuple[tuple[type[Any], Callable[..., Told] | None], ...] = (
    (nn.MultiheadAttention, _attention),
    (snn.MixedDilationConvNd, None),
    (snn.ResizeConvNd, None),
    (_MaxBlurPool, None),
    (snn.ConvNd, _convolution),
    (snn.ConvTransposeNd, _transposed),
    (LocalLayer, _local),
    (WindowPool, _pooling),
    *((cls, _pooling) for cls in (_MaxPool, _AvgPool, _LpPool)),
    *((cls, _unpooling) for cls in (_MaxUnpool, _Unpool)),
    *((cls, _adaptive) for cls in (_AdaptiveMaxPool, _AdaptiveAvgPool, _AdaptiveLpPool)),
    (_AdaptivePolyphaseSampling, _polyphase),
)
