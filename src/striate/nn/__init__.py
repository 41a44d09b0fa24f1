"""The layers: `torch.nn.Module` faces over `striate.functional`. Usually `import striate.nn as snn`."""

from striate.nn.conv import Conv1d, Conv2d, Conv3d, ConvNd
from striate.nn.conv_transpose import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, ConvTransposeNd
from striate.nn.lazy import LazyConv1d, LazyConv2d, LazyConv3d
from striate.nn.lazy_transpose import LazyConvTranspose1d, LazyConvTranspose2d, LazyConvTranspose3d
from striate.nn.local import (
    LazyLocallyConnected1d,
    LazyLocallyConnected2d,
    LazyLocallyConnected3d,
    LocallyConnected1d,
    LocallyConnected2d,
    LocallyConnected3d,
    LocallyConnectedNd,
)
from striate.nn.local_transpose import (
    LazyLocallyConnectedTranspose1d,
    LazyLocallyConnectedTranspose2d,
    LazyLocallyConnectedTranspose3d,
    LocallyConnectedTranspose1d,
    LocallyConnectedTranspose2d,
    LocallyConnectedTranspose3d,
    LocallyConnectedTransposeNd,
)
from striate.nn.partial import (
    LazyPartialConv1d,
    LazyPartialConv2d,
    LazyPartialConv3d,
    PartialConv1d,
    PartialConv2d,
    PartialConv3d,
    PartialConvNd,
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
from striate.nn.response_norm import GlobalResponseNorm

__all__ = [
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvNd",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "ConvTransposeNd",
    "GlobalAvgPool",
    "GlobalMaxPool",
    "GlobalResponseNorm",
    "LazyConv1d",
    "LazyConv2d",
    "LazyConv3d",
    "LazyConvTranspose1d",
    "LazyConvTranspose2d",
    "LazyConvTranspose3d",
    "LazyLocallyConnected1d",
    "LazyLocallyConnected2d",
    "LazyLocallyConnected3d",
    "LazyLocallyConnectedTranspose1d",
    "LazyLocallyConnectedTranspose2d",
    "LazyLocallyConnectedTranspose3d",
    "LazyPartialConv1d",
    "LazyPartialConv2d",
    "LazyPartialConv3d",
    "LocallyConnected1d",
    "LocallyConnected2d",
    "LocallyConnected3d",
    "LocallyConnectedNd",
    "LocallyConnectedTranspose1d",
    "LocallyConnectedTranspose2d",
    "LocallyConnectedTranspose3d",
    "LocallyConnectedTransposeNd",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "PartialConv1d",
    "PartialConv2d",
    "PartialConv3d",
    "PartialConvNd",
]
