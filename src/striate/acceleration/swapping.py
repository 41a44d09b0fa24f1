"""`accelerate` and `restore`: torch.nn's layers become striate's in place, and back."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.modules.pooling import _AvgPoolNd, _MaxPoolNd

from striate import nn as snn
from striate.acceleration.layer_report import Report, Row
from striate.acceleration.observation import Plan, observe, plan_without_input

_OURS: dict[type[nn.Module], type[nn.Module]] = {
    nn.Conv1d: snn.Conv1d,
    nn.Conv2d: snn.Conv2d,
    nn.Conv3d: snn.Conv3d,
    nn.ConvTranspose1d: snn.ConvTranspose1d,
    nn.ConvTranspose2d: snn.ConvTranspose2d,
    nn.ConvTranspose3d: snn.ConvTranspose3d,
    nn.MaxPool1d: snn.MaxPool1d,
    nn.MaxPool2d: snn.MaxPool2d,
    nn.MaxPool3d: snn.MaxPool3d,
    nn.AvgPool1d: snn.AvgPool1d,
    nn.AvgPool2d: snn.AvgPool2d,
    nn.AvgPool3d: snn.AvgPool3d,
}
_TORCHS = {ours: torchs for torchs, ours in _OURS.items()}

# In the layer's own dictionary, so that copies and pickles of an accelerated model can be restored as well.
_MARK = "_accelerated_by_striate"


def accelerate(model: nn.Module, input: Tensor | tuple[Any, ...] | None = None) -> Report:
    """Make torch.nn's convolution and pooling layers in a model striate's, in place, and say what runs in each.

    Only a layer's class changes, so that parameters, buffers, hooks, state dict and optimisers go on as before.
    Layers of exactly the classes `Conv1d` to `Conv3d`, `ConvTranspose1d` to `ConvTranspose3d`, `MaxPool1d` to
    `MaxPool3d` and `AvgPool1d` to `AvgPool3d` are swapped; subclasses and lazy layers are left alone. Sizes that do not
    fit a layer are then refused with striate's ValueError instead of torch's RuntimeError.

    Args:
        model: any module; it may be a single layer.
        input: what the model is called on, a tuple for several arguments. The model then runs once, without gradients
            and in evaluation mode, to learn the problem of each layer; if that fails, nothing was swapped.

    Returns:
        A row a layer, whose `str` is a table; `restore` undoes what was done.

    Raises:
        TypeError: a model that is no `torch.nn.Module`.

    >>> model = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.ConvTranspose2d(8, 4, 3))
    >>> print(accelerate(model))  # doctest: +ELLIPSIS
    layer  type             problem     inference  forward  backward_data  backward_weight  gain  why
    0      Conv2d           c3 o8 k3x3  -          -        -              -                -     planned when its ...
    1      ConvTranspose2d  c4 o8 k3x3  -          -        -              -                -     planned when its ...
    2 of 2 layers are striate's
    """
    _check(model)
    plans = None if input is None else observe(model, input if isinstance(input, tuple) else (input,))
    rows: list[Row] = []
    for name, layer in model.named_modules():
        if type(layer) in _OURS:
            layer.__class__ = _OURS[type(layer)]
            setattr(layer, _MARK, True)
        if isinstance(layer, _ConvNd | _MaxPoolNd | _AvgPoolNd):
            ours = type(layer) in _TORCHS or isinstance(layer, snn.ConvNd | snn.MaxPoolNd | snn.AvgPoolNd)
            rows += [
                Row(name, type(layer).__name__, ours, plan.problem, plan.kernels, plan.gains, plan.why)
                for plan in _plans(layer, ours, plans)
            ]
    return Report(tuple(rows))


def restore(model: nn.Module) -> None:
    """Make the layers that `accelerate` swapped torch.nn's again; layers that were striate's before stay.

    Args:
        model: an accelerated model, or a copy of one; any other is left as it is.

    Raises:
        TypeError: a model that is no `torch.nn.Module`.

    >>> model = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3))
    >>> report = accelerate(model)
    >>> restore(model)
    >>> type(model[0]) is torch.nn.Conv2d
    True
    """
    _check(model)
    for layer in model.modules():
        if _MARK in vars(layer) and type(layer) in _TORCHS:
            layer.__class__ = _TORCHS[type(layer)]
            delattr(layer, _MARK)


def _plans(layer: nn.Module, ours: bool, plans: dict[nn.Module, list[Plan]] | None) -> list[Plan]:
    if isinstance(layer, LazyModuleMixin):
        return [Plan("", why="left alone: a lazy layer without weights; run the model once before")]
    if not ours:
        return [Plan("", why="left alone: a subclass of torch.nn's layer, which may compute something else")]
    if not isinstance(layer, _ConvNd):
        return [Plan("", why="our pooling runs on the inputs where it is the faster, torch's on others")]
    if plans is None:
        return [plan_without_input(layer, "planned when its input comes")]
    return plans.get(layer) or [plan_without_input(layer, "not called on this input")]


def _check(model: object) -> None:
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, but got a {type(model).__name__}")
