"""Batch norms folded into the convolutions before them: the same function in evaluation, with fewer layers."""

import copy
from collections import Counter
from typing import Any

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvTransposeNd
from torch.nn.utils import parametrize

import striate.nn as snn
from striate.graph import Operation, Recording, record

# Layers whose output is their weight times something, plus their bias, everywhere; a partial or a masked convolution
# gives 0 where nothing is seen, which a norm would shift and a folded bias does not.
_FOLDABLE = frozenset(
    {
        *(nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d, nn.Linear),
        *(snn.Conv1d, snn.Conv2d, snn.Conv3d, snn.ConvNd),
        *(snn.ConvTranspose1d, snn.ConvTranspose2d, snn.ConvTranspose3d, snn.ConvTransposeNd),
        *(snn.DepthwiseConv1d, snn.DepthwiseConv2d, snn.DepthwiseConv3d, snn.DepthwiseConvNd),
    }
)
_NORMS = frozenset({nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d})
_POOLINGS = frozenset(
    {nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d, snn.MaxPool1d, snn.MaxPool2d, snn.MaxPool3d, snn.MaxPoolNd}
)


def fold_batch_norms(model: nn.Module, *inputs: object) -> nn.Module:
    r"""Return a copy in evaluation mode, each batch norm that alone reads a convolution's output folded into it.

    $$W' = \frac{\gamma}{\sqrt{\sigma^2 + \epsilon}} W, \qquad
      b' = \frac{\gamma}{\sqrt{\sigma^2 + \epsilon}} (b - \mu) + \beta$$

    Convolutions of any rank, transposed and depthwise ones, and linear layers take a norm in; it leaves an
    `nn.Identity` behind. Max pooling between the two is passed where the norm turns no channel's sign: the largest of
    what is scaled is what is largest, scaled. A layer that is called twice, is parametrised, or whose output something
    else reads as well stays as it is, and so does its norm.

    Args:
        model: Any module; it stays as it is.
        inputs: What it is called with, once, to see which layers follow each other.

    Raises:
        ValueError: The model refuses the inputs.

    Source: Jacob et al., "Quantization and training of neural networks for efficient integer-arithmetic-only
    inference", CVPR 2018, section 3.2, equation 14.

    >>> import torch
    >>> model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU())
    >>> [type(layer).__name__ for layer in fold_batch_norms(model, torch.rand(2, 1, 8, 8))]
    ['Conv2d', 'Identity', 'ReLU']
    """
    folded = copy.deepcopy(model).eval()
    recording = record(folded, *inputs, keep=False)
    calls = Counter(operation.module for operation in recording)
    gone: dict[nn.Module, nn.Module] = {}
    for operation in recording:
        layer = _layer_before(recording, operation, calls)
        if layer is not None and isinstance(operation.module, _BatchNorm):
            _fold(layer, operation.module)
            gone[operation.module] = nn.Identity()
    for path, module in list(folded.named_modules(remove_duplicate=False)):
        if module in gone:
            folded.set_submodule(path, gone[module])
    return folded


def batch_norms(model: nn.Module) -> int:
    """Return how many batch norms a model has.

    >>> batch_norms(nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4)))
    1
    """
    return sum(isinstance(module, _BatchNorm) for module in model.modules())


def _layer_before(recording: Recording, norm: Operation, calls: Counter[nn.Module | None]) -> Any:  # noqa: ANN401
    """Return the layer that a norm can be folded into, if there is one."""
    module: Any = norm.module
    if type(module) not in _NORMS or module.running_mean is None or calls[module] != 1:
        return None
    before = _alone_before(recording, norm)
    if before is not None and type(before.module) in _POOLINGS and _keeps_order(module):
        before = _alone_before(recording, before)
    if before is None or type(before.module) not in _FOLDABLE or calls[before.module] != 1:
        return None
    layer: Any = before.module
    if parametrize.is_parametrized(layer):
        return None
    # A layer of one axis more or less than the norm takes it for would have its channels elsewhere
    shape = recording.values[before.outputs[0]].shape
    return layer if len(shape) == layer.weight.ndim and shape[1] == module.num_features else None


def _alone_before(recording: Recording, operation: Operation) -> Operation | None:
    """Return the operation whose one output this one alone reads, if there is one."""
    value = recording.values[operation.inputs[0]]
    if value.producer is None or value.index in recording.outputs:
        return None
    alone = recording.consumers[value.index] == (operation.index,)
    before = recording.operations[value.producer]
    return before if alone and len(before.outputs) == 1 else None


def _keeps_order(norm: Any) -> bool:  # noqa: ANN401
    return norm.weight is None or bool((norm.weight > 0).all())


def _fold(layer: Any, norm: Any) -> None:  # noqa: ANN401  the classes of _FOLDABLE share no base with a weight
    """Take a norm's map of each channel into a layer's weight and bias, computed in double precision."""
    weight, bias = layer.weight, layer.bias
    scale = (norm.running_var.double() + norm.eps).rsqrt()
    scale = scale if norm.weight is None else scale * norm.weight.detach().double()
    shift = -norm.running_mean.double() * scale
    shift = shift if norm.bias is None else shift + norm.bias.detach().double()
    if isinstance(layer, _ConvTransposeNd):  # (in, out / groups, *kernel): a scale for each group's own outputs
        grouped = weight.detach().double().unflatten(0, (layer.groups, -1))
        scaled = (grouped * scale.reshape(layer.groups, 1, -1, *[1] * (weight.ndim - 2))).flatten(0, 1)
    else:
        scaled = weight.detach().double() * scale.reshape(-1, *[1] * (weight.ndim - 1))
    moved = shift if bias is None else bias.detach().double() * scale + shift
    layer.weight = nn.Parameter(scaled.to(weight.dtype), weight.requires_grad)
    layer.bias = nn.Parameter(moved.to(weight.dtype), weight.requires_grad)
