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
from striate.functional.conv import conv, conv1d, conv2d, conv3d
from striate.functional.conv_transpose import conv_transpose, conv_transpose1d, conv_transpose2d, conv_transpose3d
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
from striate.functional.lp_pool import lp_pool, lp_pool1d, lp_pool2d, lp_pool3d
from striate.functional.max_blur_pool import max_blur_pool, max_blur_pool1d, max_blur_pool2d, max_blur_pool3d
from striate.functional.max_pool import max_pool, max_pool1d, max_pool2d, max_pool3d
from striate.functional.max_unpool import max_unpool, max_unpool1d, max_unpool2d, max_unpool3d
from striate.functional.min_pool import min_pool, min_pool1d, min_pool2d, min_pool3d
from striate.functional.pad import pad
from striate.functional.polyphase import adaptive_polyphase_sampling
from striate.functional.sum_pool import sum_pool, sum_pool1d, sum_pool2d, sum_pool3d
from striate.functional.unpool import unpool, unpool1d, unpool2d, unpool3d

__all__ = [
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
    "avg_pool",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "blur_pool",
    "blur_pool1d",
    "blur_pool2d",
    "blur_pool3d",
    "conv",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "fractional_max_pool",
    "fractional_max_pool1d",
    "fractional_max_pool2d",
    "fractional_max_pool3d",
    "global_avg_pool",
    "global_lp_pool",
    "global_max_pool",
    "global_min_pool",
    "global_sum_pool",
    "lp_pool",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
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
    "pad",
    "sum_pool",
    "sum_pool1d",
    "sum_pool2d",
    "sum_pool3d",
    "unpool",
    "unpool1d",
    "unpool2d",
    "unpool3d",
]
