"""Convolution."""

import striate.nn as snn
from cases.case import Case

CASES = [
    Case(
        "Conv1d",
        lambda: snn.Conv1d(3, 4, 3, stride=2, padding="same"),
        (2, 3, 9),
        (2, 4, 5),
        (2, 2, 9),
        "channels",
        lazy=lambda: snn.LazyConv1d(4, 3, stride=2, padding="same"),
    ),
    Case(
        "Conv2d",
        lambda: snn.Conv2d(4, 6, 3, padding=((0, 2), (1, 0)), groups=2, padding_mode="symmetric"),
        (2, 4, 5, 6),
        (2, 6, 5, 5),
        (2, 3, 5, 6),
        "channels",
        lazy=lambda: snn.LazyConv2d(6, 3, padding=((0, 2), (1, 0)), groups=2, padding_mode="symmetric"),
    ),
    Case(
        "Conv3d",
        lambda: snn.Conv3d(2, 3, 2, dilation=2),
        (2, 2, 4, 5, 4),
        (2, 3, 2, 3, 2),
        (2, 1, 4, 5, 4),
        "channels",
        lazy=lambda: snn.LazyConv3d(3, 2, dilation=2),
    ),
]
