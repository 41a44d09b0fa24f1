"""The layers: `torch.nn.Module` faces over `striate.functional`. Usually `import striate.nn as snn`."""

from striate.nn.adaptive_pool import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveAvgPoolNd,
    AdaptiveLpPool1d,
    AdaptiveLpPool2d,
    AdaptiveLpPool3d,
    AdaptiveLpPoolNd,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
    AdaptiveMaxPoolNd,
)
from striate.nn.avg_pool import AvgPool1d, AvgPool2d, AvgPool3d, AvgPoolNd
from striate.nn.blur_pool import BlurPool1d, BlurPool2d, BlurPool3d, BlurPoolNd
from striate.nn.conv import Conv1d, Conv2d, Conv3d, ConvNd
from striate.nn.conv_transpose import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from striate.nn.fractional_pool import (
    FractionalMaxPool1d,
    FractionalMaxPool2d,
    FractionalMaxPool3d,
    FractionalMaxPoolNd,
)
from striate.nn.global_pool import GlobalAvgPool, GlobalLpPool, GlobalMaxPool, GlobalMinPool, GlobalSumPool
from striate.nn.lazy import LazyConv1d, LazyConv2d, LazyConv3d
from striate.nn.lp_pool import LpPool1d, LpPool2d, LpPool3d, LpPoolNd
from striate.nn.max_blur_pool import MaxBlurPool1d, MaxBlurPool2d, MaxBlurPool3d, MaxBlurPoolNd
from striate.nn.max_pool import MaxPool1d, MaxPool2d, MaxPool3d, MaxPoolNd
from striate.nn.max_unpool import MaxUnpool1d, MaxUnpool2d, MaxUnpool3d, MaxUnpoolNd
from striate.nn.min_pool import MinPool1d, MinPool2d, MinPool3d, MinPoolNd
from striate.nn.polyphase import (
    AdaptivePolyphaseSampling1d,
    AdaptivePolyphaseSampling2d,
    AdaptivePolyphaseSampling3d,
    AdaptivePolyphaseSamplingNd,
)
from striate.nn.sum_pool import SumPool1d, SumPool2d, SumPool3d, SumPoolNd
from striate.nn.unpool import Unpool1d, Unpool2d, Unpool3d, UnpoolNd

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveAvgPoolNd",
    "AdaptiveLpPool1d",
    "AdaptiveLpPool2d",
    "AdaptiveLpPool3d",
    "AdaptiveLpPoolNd",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AdaptiveMaxPoolNd",
    "AdaptivePolyphaseSampling1d",
    "AdaptivePolyphaseSampling2d",
    "AdaptivePolyphaseSampling3d",
    "AdaptivePolyphaseSamplingNd",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "AvgPoolNd",
    "BlurPool1d",
    "BlurPool2d",
    "BlurPool3d",
    "BlurPoolNd",
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
    "FractionalMaxPoolNd",
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
    "LpPoolNd",
    "MaxBlurPool1d",
    "MaxBlurPool2d",
    "MaxBlurPool3d",
    "MaxBlurPoolNd",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxPoolNd",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
    "MaxUnpoolNd",
    "MinPool1d",
    "MinPool2d",
    "MinPool3d",
    "MinPoolNd",
    "SumPool1d",
    "SumPool2d",
    "SumPool3d",
    "SumPoolNd",
    "Unpool1d",
    "Unpool2d",
    "Unpool3d",
    "UnpoolNd",
]
