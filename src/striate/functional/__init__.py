"""The operators on tensors: no parameters, no state. Usually `import striate.functional as SF`."""

from striate.functional.adaptive_pool import (
    adaptive_avg_pool,
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    adaptive_lp_pool,
    adaptive_lp_pool1d,
    adaptive_lp_pool2d,
    adaptive_lp_pool3d,
    adaptive_max_pool,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
)
from striate.functional.avg_pool import avg_pool, avg_pool1d, avg_pool2d, avg_pool3d
from striate.functional.blur_pool import blur_pool, blur_pool1d, blur_pool2d, blur_pool3d
from striate.functional.causal import CausalState, causal_conv, causal_conv_step
from striate.functional.conv import conv, conv1d, conv2d, conv3d
from striate.functional.conv_transpose import conv_transpose, conv_transpose1d, conv_transpose2d, conv_transpose3d
from striate.functional.depthwise import depthwise_conv
from striate.functional.fold import fold, unfold
from striate.functional.fractional_pool import (
    fractional_max_pool,
    fractional_max_pool1d,
    fractional_max_pool2d,
    fractional_max_pool3d,
)
from striate.functional.global_pool import (
    global_avg_pool,
    global_lp_pool,
    global_max_pool,
    global_min_pool,
    global_sum_pool,
)
from striate.functional.local import local_conv, local_conv_transpose
from striate.functional.lp_pool import lp_pool, lp_pool1d, lp_pool2d, lp_pool3d
from striate.functional.masked import masked_conv
from striate.functional.matrix import as_matrix
from striate.functional.max_blur_pool import max_blur_pool, max_blur_pool1d, max_blur_pool2d, max_blur_pool3d
from striate.functional.max_pool import max_pool, max_pool1d, max_pool2d, max_pool3d
from striate.functional.max_unpool import max_unpool, max_unpool1d, max_unpool2d, max_unpool3d
from striate.functional.min_pool import min_pool, min_pool1d, min_pool2d, min_pool3d
from striate.functional.mixed import mixed_dilation_conv
from striate.functional.pad import pad
from striate.functional.partial import partial_conv
from striate.functional.polyphase import adaptive_polyphase_sampling
from striate.functional.resize import resize_conv
from striate.functional.response_norm import global_response_norm, local_response_norm
from striate.functional.separable import separable_conv, separable_conv_transpose
from striate.functional.shuffle import channel_shuffle
from striate.functional.spatial import join_kernel, separate_kernel, spatial_separable_conv
from striate.functional.sum_pool import sum_pool, sum_pool1d, sum_pool2d, sum_pool3d
from striate.functional.unpool import unpool, unpool1d, unpool2d, unpool3d

__all__ = [
    "CausalState",
    "adaptive_avg_pool",
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_lp_pool",
    "adaptive_lp_pool1d",
    "adaptive_lp_pool2d",
    "adaptive_lp_pool3d",
    "adaptive_max_pool",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "adaptive_polyphase_sampling",
    "as_matrix",
    "avg_pool",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "blur_pool",
    "blur_pool1d",
    "blur_pool2d",
    "blur_pool3d",
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
    "fractional_max_pool",
    "fractional_max_pool1d",
    "fractional_max_pool2d",
    "fractional_max_pool3d",
    "global_avg_pool",
    "global_lp_pool",
    "global_max_pool",
    "global_min_pool",
    "global_response_norm",
    "global_sum_pool",
    "join_kernel",
    "local_conv",
    "local_conv_transpose",
    "local_response_norm",
    "lp_pool",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
    "masked_conv",
    "max_blur_pool",
    "max_blur_pool1d",
    "max_blur_pool2d",
    "max_blur_pool3d",
    "max_pool",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_unpool",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
    "min_pool",
    "min_pool1d",
    "min_pool2d",
    "min_pool3d",
    "mixed_dilation_conv",
    "pad",
    "partial_conv",
    "resize_conv",
    "separable_conv",
    "separable_conv_transpose",
    "separate_kernel",
    "spatial_separable_conv",
    "sum_pool",
    "sum_pool1d",
    "sum_pool2d",
    "sum_pool3d",
    "unfold",
    "unpool",
    "unpool1d",
    "unpool2d",
    "unpool3d",
]
