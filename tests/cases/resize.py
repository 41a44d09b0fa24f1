"""Resizing, then convolution."""

import striate.nn as snn
from cases.case import Case

CASES = [
    Case(
        "ResizeConv1d",
        lambda: snn.ResizeConv1d(3, 4, 3, 2.5, mode="linear", dilation=2),
        (2, 3, 9),
        (2, 4, 22),
        (2, 2, 9),
        "channels",
        lazy=lambda: snn.LazyResizeConv1d(4, 3, 2.5, mode="linear", dilation=2),
    ),
    Case(
        "ResizeConv2d",
        lambda: snn.ResizeConv2d(4, 6, 3, (2, 3), groups=2, padding_mode="symmetric"),
        (2, 4, 5, 3),
        (2, 6, 10, 9),
        (2, 3, 5, 3),
        "channels",
        lazy=lambda: snn.LazyResizeConv2d(6, 3, (2, 3), groups=2, padding_mode="symmetric"),
    ),
    Case(
        "ResizeConv3d",
        lambda: snn.ResizeConv3d(2, 3, 2, size=(5, 4, 6), mode="cubic", padding=((0, 1), (1, 1), (0, 0)), bias=False),
        (2, 2, 4, 3, 2),
        (2, 3, 5, 5, 5),
        (2, 1, 4, 3, 2),
        "channels",
        lazy=lambda: snn.LazyResizeConv3d(
            3, 2, size=(5, 4, 6), mode="cubic", padding=((0, 1), (1, 1), (0, 0)), bias=False
        ),
    ),
]
