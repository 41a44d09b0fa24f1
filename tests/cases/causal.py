"""Causal convolution."""

import striate.nn as snn
from cases.case import Case

CASES = [
    Case(
        "CausalConv1d",
        lambda: snn.CausalConv1d(3, 4, 3, 2, dilation=2),
        (2, 3, 9),
        (2, 4, 5),
        (2, 2, 9),
        "channels",
        lazy=lambda: snn.LazyCausalConv1d(4, 3, 2, dilation=2),
    ),
    Case(
        "CausalConv2d",
        lambda: snn.CausalConv2d(4, 6, 3, padding="same", groups=2, padding_mode=("circular", "replicate"), axis=-1),
        (2, 4, 5, 6),
        (2, 6, 5, 6),
        (2, 3, 5, 6),
        "channels",
        lazy=lambda: snn.LazyCausalConv2d(
            6, 3, padding="same", groups=2, padding_mode=("circular", "replicate"), axis=-1
        ),
    ),
    Case(
        "CausalConv3d",
        lambda: snn.CausalConv3d(2, 3, 2, padding=((0, 1), (1, 1)), bias=False),
        (2, 2, 4, 5, 4),
        (2, 3, 4, 5, 5),
        (2, 1, 4, 5, 4),
        "channels",
        lazy=lambda: snn.LazyCausalConv3d(3, 2, padding=((0, 1), (1, 1)), bias=False),
    ),
]
