"""Filters made by hand, as weights ready for `striate.functional.conv`: (K, 1, *S), K filters of one channel.

Like every weight of the field they are correlated, not flipped: a positive response marks what looks like the filter.

Those that are called separable are products of taps along the axes, one axis after the other:
`striate.functional.separate_kernel(weight, 1, groups=len(weight))` finds these, with a residual of 0 but for rounding.
"""

from striate.filters.catalogue import FILTERS, filters_of
from striate.filters.edges import laplacian, laplacian_of_gaussian, line, prewitt, scharr, sobel
from striate.filters.gabor_fit import GaborFit, fit_gabor
from striate.filters.responses import combine, respond
from striate.filters.sharpening import emboss, sharpen, unsharp
from striate.filters.smoothing import box, gaussian, motion_blur
from striate.filters.wavelets import gabor, haar

__all__ = [
    "FILTERS",
    "GaborFit",
    "box",
    "combine",
    "emboss",
    "filters_of",
    "fit_gabor",
    "gabor",
    "gaussian",
    "haar",
    "laplacian",
    "laplacian_of_gaussian",
    "line",
    "motion_blur",
    "prewitt",
    "respond",
    "scharr",
    "sharpen",
    "sobel",
    "unsharp",
]
