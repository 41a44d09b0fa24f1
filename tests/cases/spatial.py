"""Spatially separable convolution."""

import striate.nn as snn
from cases.case import Case

CASES = [
    Case(
        "SpatialSeparableConv2d",
        lambda: snn.SpatialSeparableConv2d(4, 6, (3, 2), (2, 1), "same", groups=2, padding_mode=("reflect", "mean")),
        (2, 4, 5, 6),
        (2, 6, 3, 6),
        (2, 3, 5, 6),
        "channels",
        lazy=lambda: snn.LazySpatialSeparableConv2d(
            6, (3, 2), (2, 1), "same", groups=2, padding_mode=("reflect", "mean")
        ),
    ),
    Case(
        "SpatialSeparableConv3d",
        lambda: snn.SpatialSeparableConv3d(2, 3, 2, dilation=2, mid_channels=(4, 1), bias=False, flip=True),
        (2, 2, 4, 5, 4),
        (2, 3, 2, 3, 2),
        (2, 1, 4, 5, 4),
        "channels",
        lazy=lambda: snn.LazySpatialSeparableConv3d(3, 2, dilation=2, mid_channels=(4, 1), bias=False, flip=True),
    ),
]
