"""The layers: `torch.nn.Module` faces over `striate.functional`. Usually `import striate.nn as snn`."""

from striate.nn.conv import Conv1d, Conv2d, Conv3d, ConvNd
from striate.nn.conv_transpose import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from striate.nn.depthwise import (
    DepthwiseConv1d,
    DepthwiseConv2d,
    DepthwiseConv3d,
    DepthwiseConvNd,
    LazyDepthwiseConv1d,
    LazyDepthwiseConv2d,
    LazyDepthwiseConv3d,
)
from striate.nn.lazy import LazyConv1d, LazyConv2d, LazyConv3d
from striate.nn.mixed import (
    LazyMixedDilationConv1d,
    LazyMixedDilationConv2d,
    LazyMixedDilationConv3d,
    MixedDilationConv1d,
    MixedDilationConv2d,
    MixedDilationConv3d,
    MixedDilationConvNd,
)
from striate.nn.pool import (
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    GlobalAvgPool,
    GlobalMaxPool,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
)
from striate.nn.separable import (
    LazySeparableConv1d,
    LazySeparableConv2d,
    LazySeparableConv3d,
    SeparableConv1d,
    SeparableConv2d,
    SeparableConv3d,
)
from striate.nn.separable_transpose import SeparableConvTranspose1d, SeparableConvTranspose2d, SeparableConvTranspose3d
from striate.nn.shuffle import ChannelShuffle
from striate.nn.spatial import SpatialSeparableConv2d, SpatialSeparableConv3d, SpatialSeparableConvNd

__all__ = [
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "ChannelShuffle",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvNd",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "DepthwiseConv1d",
    "DepthwiseConv2d",
    "DepthwiseConv3d",
    "DepthwiseConvNd",
    "GlobalAvgPool",
    "GlobalMaxPool",
    "LazyConv1d",
    "LazyConv2d",
    "LazyConv3d",
    "LazyDepthwiseConv1d",
    "LazyDepthwiseConv2d",
    "LazyDepthwiseConv3d",
    "LazyMixedDilationConv1d",
    "LazyMixedDilationConv2d",
    "LazyMixedDilationConv3d",
    "LazySeparableConv1d",
    "LazySeparableConv2d",
    "LazySeparableConv3d",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MixedDilationConv1d",
    "MixedDilationConv2d",
    "MixedDilationConv3d",
    "MixedDilationConvNd",
    "SeparableConv1d",
    "SeparableConv2d",
    "SeparableConv3d",
    "SeparableConvTranspose1d",
    "SeparableConvTranspose2d",
    "SeparableConvTranspose3d",
    "SpatialSeparableConv2d",
    "SpatialSeparableConv3d",
    "SpatialSeparableConvNd",
]
