"""The operators on tensors: no parameters, no state. Usually `import striate.functional as SF`."""

from striate.functional.causal import CausalState, causal_conv, causal_conv_step
from striate.functional.conv import conv, conv1d, conv2d, conv3d
from striate.functional.conv_transpose import conv_transpose, conv_transpose1d, conv_transpose2d, conv_transpose3d
from striate.functional.depthwise import depthwise_conv
from striate.functional.fold import fold, unfold
from striate.functional.local import local_conv, local_conv_transpose
from striate.functional.masked import masked_conv
from striate.functional.matrix import as_matrix
from striate.functional.mixed import mixed_dilation_conv
from striate.functional.pad import pad
from striate.functional.partial import partial_conv
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
from striate.functional.response_norm import global_response_norm
from striate.functional.separable import separable_conv, separable_conv_transpose
from striate.functional.shuffle import channel_shuffle
from striate.functional.spatial import join_kernel, separate_kernel, spatial_separable_conv

__all__ = [
    "CausalState",
    "as_matrix",
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
    "fold",
    "global_avg_pool",
    "global_max_pool",
    "global_response_norm",
    "join_kernel",
    "local_conv",
    "local_conv_transpose",
    "masked_conv",
    "max_pool",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "mixed_dilation_conv",
    "pad",
    "partial_conv",
    "resize_conv",
    "separable_conv",
    "separable_conv_transpose",
    "separate_kernel",
    "spatial_separable_conv",
    "unfold",
]
