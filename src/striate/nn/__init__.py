"""The layers: `torch.nn.Module` faces over `striate.functional`. Usually `import striate.nn as snn`."""

from striate.nn.adaptive_pool import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveLpPool1d,
    AdaptiveLpPool2d,
    AdaptiveLpPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
)
from striate.nn.avg_pool import AvgPool1d, AvgPool2d, AvgPool3d
from striate.nn.blur_pool import BlurPool1d, BlurPool2d, BlurPool3d
from striate.nn.conv import Conv1d, Conv2d, Conv3d, ConvNd
from striate.nn.conv_transpose import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from striate.nn.fractional_pool import FractionalMaxPool1d, FractionalMaxPool2d, FractionalMaxPool3d
from striate.nn.global_pool import GlobalAvgPool, GlobalLpPool, GlobalMaxPool, GlobalMinPool, GlobalSumPool
from striate.nn.lazy import LazyConv1d, LazyConv2d, LazyConv3d
from striate.nn.lp_pool import LpPool1d, LpPool2d, LpPool3d
from striate.nn.max_blur_pool import MaxBlurPool1d, MaxBlurPool2d, MaxBlurPool3d
from striate.nn.max_pool import MaxPool1d, MaxPool2d, MaxPool3d
from striate.nn.max_unpool import MaxUnpool1d, MaxUnpool2d, MaxUnpool3d
from striate.nn.min_pool import MinPool1d, MinPool2d, MinPool3d
from striate.nn.polyphase import AdaptivePolyphaseSampling1d, AdaptivePolyphaseSampling2d, AdaptivePolyphaseSampling3d
from striate.nn.sum_pool import SumPool1d, SumPool2d, SumPool3d
from striate.nn.unpool import Unpool1d, Unpool2d, Unpool3d

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveLpPool1d",
    "AdaptiveLpPool2d",
    "AdaptiveLpPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AdaptivePolyphaseSampling1d",
    "AdaptivePolyphaseSampling2d",
    "AdaptivePolyphaseSampling3d",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "BlurPool1d",
    "BlurPool2d",
    "BlurPool3d",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvNd",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "FractionalMaxPool1d",
    "FractionalMaxPool2d",
    "FractionalMaxPool3d",
    "GlobalAvgPool",
    "GlobalLpPool",
    "GlobalMaxPool",
    "GlobalMinPool",
    "GlobalSumPool",
    "LazyConv1d",
    "LazyConv2d",
    "LazyConv3d",
    "LpPool1d",
    "LpPool2d",
    "LpPool3d",
    "MaxBlurPool1d",
    "MaxBlurPool2d",
    "MaxBlurPool3d",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
    "MinPool1d",
    "MinPool2d",
    "MinPool3d",
    "SumPool1d",
    "SumPool2d",
    "SumPool3d",
    "Unpool1d",
    "Unpool2d",
    "Unpool3d",
]
