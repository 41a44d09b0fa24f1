"""The operators on tensors: no parameters, no state. Usually `import striate.functional as SF`."""

from striate.functional.causal import CausalState, causal_conv, causal_conv_step
from striate.functional.conv import conv, conv1d, conv2d, conv3d
from striate.functional.conv_transpose import conv_transpose, conv_transpose1d, conv_transpose2d, conv_transpose3d
from striate.functional.depthwise import depthwise_conv
from striate.functional.mixed import mixed_dilation_conv
from striate.functional.pad import pad
from striate.functional.pool import (
    avg_pool,
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    global_avg_pool,
    global_max_pool,
    max_pool,
    max_pool1d,
    max_pool2d,
    max_pool3d,
)
from striate.functional.resize import resize_conv
from striate.functional.separable import separable_conv, separable_conv_transpose
from striate.functional.shuffle import channel_shuffle
from striate.functional.spatial import join_kernel, separate_kernel, spatial_separable_conv

__all__ = [
    "CausalState",
    "avg_pool",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "causal_conv",
    "causal_conv_step",
    "channel_shuffle",
    "conv",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "depthwise_conv",
    "global_avg_pool",
    "global_max_pool",
    "join_kernel",
    "max_pool",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "mixed_dilation_conv",
    "pad",
    "resize_conv",
    "separable_conv",
    "separable_conv_transpose",
    "separate_kernel",
    "spatial_separable_conv",
]
