"""The arrays of a layer, channels last, as a layer of ours has them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd

import striate.nn as snn

# What other frameworks call the parameters of a layer, and what torch calls them
_NAMES = {
    "kernel": "weight",
    "embeddings": "weight",
    "embedding": "weight",
    "gamma": "weight",
    "scale": "weight",
    "beta": "bias",
    "bias": "bias",
    "moving_mean": "running_mean",
    "mean": "running_mean",
    "moving_variance": "running_var",
    "var": "running_var",
    "depthwise_kernel": "depthwise.weight",
    "pointwise_kernel": "pointwise.weight",
}
_SEPARABLE = (snn.SeparableConv1d, snn.SeparableConv2d, snn.SeparableConv3d)


def channels_first(array: Any) -> Tensor:  # noqa: ANN401  anything that numpy takes
    """Return data (N, *S, C) as a tensor (N, C, *S), whose memory stays as it is: channels last.

    >>> import numpy
    >>> channels_first(numpy.zeros((2, 28, 20, 3))).shape
    torch.Size([2, 3, 28, 20])
    """
    return _tensor(array).movedim(-1, 1)


def layers_with_weights(model: nn.Module) -> dict[str, nn.Module]:
    """Return the layers of a model that have parameters of their own, by their paths, in order.

    >>> list(layers_with_weights(nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Linear(4, 2))))
    ['0', '2']
    """
    found: dict[str, nn.Module] = {}
    for path, module in model.named_modules():
        above = [outer for outer, layer in found.items() if isinstance(layer, _SEPARABLE)]
        inside = any(path.startswith(f"{outer}." if outer else "") for outer in above)
        if not inside and (isinstance(module, _SEPARABLE) or any(True for _ in module.parameters(recurse=False))):
            found[path] = module
    return found


def converted(
    layer: Any,  # noqa: ANN401  every class has parameters of its own
    arrays: Mapping[str, Any],
    where: str,
    *,
    flattened: Sequence[int] | None = None,
    mirrored: bool = False,
) -> dict[str, Tensor]:
    """Return a layer's parameters and buffers, by torch's names, from the arrays of its twin.

    Args:
        layer: Convolution, transposed, depthwise or separable, linear, norm or embedding.
        arrays: Of the twin, by its own names: kernels (*taps, in, out), of a depthwise layer (*taps, in, multiplier) or
            as a grouped one's, of a transposed one (*taps, out, in).
        where: The twin's name, for messages.
        flattened: (C, *S) of the feature maps that a linear layer gets in one row; there, its twin had (*S, C).
        mirrored: Whether a transposed convolution's kernel is (*taps, in, out) and reversed along every axis, as
            Flax's are.

    Raises:
        ValueError: Arrays are missing, there are others, or their shapes are not the layer's.
    """
    expected = {name: tensor for name, tensor in layer.state_dict().items() if not name.endswith("num_batches_tracked")}
    bias = "pointwise.bias" if isinstance(layer, _SEPARABLE) else "bias"
    names = {name: bias if _NAMES.get(name) == "bias" else _NAMES.get(name, name) for name in arrays}
    if sorted(names.values()) != sorted(expected):
        raise ValueError(
            f"{where} has {', '.join(sorted(arrays))}, which do not fit a {type(layer).__name__} with "
            f"{', '.join(sorted(expected))}"
        )
    found = {}
    for theirs, ours in names.items():
        array = tensor = _tensor(arrays[theirs])
        if theirs.endswith("kernel"):
            owner = layer.get_submodule(ours.rpartition(".")[0])
            tensor = _kernel(owner, array, flattened, mirrored, f"{theirs} of {where}")
        if tensor.shape != expected[ours].shape:
            raise ValueError(
                f"{theirs} of {where} has shape {tuple(array.shape)}, as ours {tuple(tensor.shape)}; "
                f"the layer's {ours} has {tuple(expected[ours].shape)}"
            )
        found[ours] = tensor.to(expected[ours].dtype).contiguous()
    return found


def _kernel(layer: Any, kernel: Tensor, flattened: Sequence[int] | None, mirrored: bool, where: str) -> Tensor:  # noqa: ANN401
    if isinstance(layer, nn.Linear):
        if flattened is not None:
            if kernel.shape[0] != torch.Size(flattened).numel():
                raise ValueError(f"{where} has {kernel.shape[0]} rows, and the layer gets maps of {tuple(flattened)}")
            channels, *size = flattened
            kernel = kernel.unflatten(0, (*size, channels)).movedim(len(size), 0).flatten(0, len(size))
        return kernel.T
    taps = range(kernel.ndim - 2)
    if isinstance(layer, _ConvTransposeNd):
        if layer.groups > 1:
            raise ValueError(f"{where}: Keras and Flax have no transposed convolutions in groups, the layer has")
        if mirrored:
            return kernel.flip(tuple(taps)).permute(-2, -1, *taps)
        return kernel.permute(-1, -2, *taps)
    if isinstance(layer, _ConvNd) and layer.groups == layer.in_channels == kernel.shape[-2]:
        kernel = kernel.flatten(-2).unsqueeze(-2)  # depthwise: output c * multiplier + m reads input c
    return kernel.permute(-1, -2, *taps)


def _tensor(array: Any) -> Tensor:  # noqa: ANN401
    return torch.from_numpy(np.array(array))  # a copy: arrays of other frameworks may be read-only
