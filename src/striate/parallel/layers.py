"""Which layers run on the part of a feature map that a rank has, and how; the others are refused."""

from collections.abc import Callable

from torch import nn
from torch.distributed.tensor import DTensor

import striate.nn as snn
from striate.parallel.batch_norm import batch_normalisation
from striate.parallel.by_element import across_channels, parametric_rectifier
from striate.parallel.convolution import convolution, modes_of, transposed_convolution
from striate.parallel.pooling import (
    average_pooling,
    blurred_pooling,
    max_blurred_pooling,
    max_pooling,
    min_pooling,
    norm_pooling,
    sum_pooling,
)
from striate.parallel.resizing import LINES, resizing_convolution, upsampling
from striate.parallel.slab import Layer, Slabs

Run = Callable[[Layer, DTensor, Slabs], DTensor]

_FAMILIES: dict[str, Run] = {
    "Conv": convolution,
    "CausalConv": convolution,
    "DepthwiseConv": convolution,
    "ConvTranspose": transposed_convolution,
    "ResizeConv": resizing_convolution,
    "MaxPool": max_pooling,
    "MinPool": min_pooling,
    "AvgPool": average_pooling,
    "SumPool": sum_pooling,
    "LpPool": norm_pooling,
    "BlurPool": blurred_pooling,
    "MaxBlurPool": max_blurred_pooling,
}
_TORCHS = {"Conv", "ConvTranspose", "MaxPool", "AvgPool"}
_FACES = ("1d", "2d", "3d")

# Layers that are run otherwise than on one machine; a subclass may compute anything, so the classes themselves.
LAYERS: dict[type[nn.Module], Run] = {
    **{getattr(snn, family + face): run for family, run in _FAMILIES.items() for face in (*_FACES, "Nd")},
    **{getattr(nn, family + face): _FAMILIES[family] for family in sorted(_TORCHS) for face in _FACES},
    **{getattr(nn, f"BatchNorm{face}"): batch_normalisation for face in _FACES},
    **dict.fromkeys((snn.LocalResponseNorm, nn.LocalResponseNorm), across_channels),
    **dict.fromkeys((snn.ChannelShuffle, nn.ChannelShuffle), across_channels),
    nn.PReLU: parametric_rectifier,
    nn.Upsample: upsampling,
}


def refuse(path: str, layer: Layer, slabs: Slabs) -> None:
    """Raise a ValueError that names a layer which cannot be run on parts."""
    named = f"{type(layer).__name__} {path!r}"
    run = LAYERS.get(type(layer))
    if run is None:
        if any(True for _ in layer.children()):
            return
        if next(layer.parameters(recurse=False), None) is not None or isinstance(layer, _OVER_SPACE):
            raise ValueError(
                f"{named} cannot be run along a cut dimension {slabs.dim}; known are convolutions, their transposes, "
                "poolings by windows, resizing, batch norms, and functions of single elements"
            )
        return
    modes = modes_of(layer, 1) if hasattr(layer, "padding_mode") else ()
    if "mean" in modes and (run is not convolution or {"zeros", "constant"} & set(modes)):
        raise ValueError(
            f"{named} has the padding_mode {layer.padding_mode!r}: the mean of the whole signal can stand outside "
            "convolutions only, and not beside 'zeros' or 'constant'"
        )
    if getattr(layer, "return_indices", False):
        raise ValueError(f"{named} returns indices, which would count in each rank's own part")
    if run in {upsampling, resizing_convolution} and layer.mode not in LINES:
        raise ValueError(f"{named} resizes by {layer.mode!r}, but along a cut dimension only {', '.join(LINES)} can be")


_OVER_SPACE = (
    nn.Flatten,
    nn.modules.instancenorm._InstanceNorm,
    nn.modules.pooling._AdaptiveAvgPoolNd,
    nn.modules.pooling._AdaptiveMaxPoolNd,
    nn.modules.dropout._DropoutNd,
)
