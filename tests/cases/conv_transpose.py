"""Transposed convolution."""

import striate.nn as snn
from cases.case import Case

CASES = [
    Case(
        "ConvTranspose1d",
        lambda: snn.ConvTranspose1d(3, 4, 3, stride=2, padding="same"),
        (2, 3, 5),
        (2, 4, 10),
        (2, 2, 5),
        "channels",
        lazy=lambda: snn.LazyConvTranspose1d(4, 3, stride=2, padding="same"),
    ),
    Case(
        "ConvTranspose2d",
        lambda: snn.ConvTranspose2d(4, 6, 3, padding=((0, 2), (1, 0)), groups=2, padding_mode=("circular", "reflect")),
        (2, 4, 5, 6),
        (2, 6, 5, 7),
        (2, 3, 5, 6),
        "channels",
        lazy=lambda: snn.LazyConvTranspose2d(
            6, 3, padding=((0, 2), (1, 0)), groups=2, padding_mode=("circular", "reflect")
        ),
    ),
    Case(
        "ConvTranspose3d",
        lambda: snn.ConvTranspose3d(2, 3, 2, dilation=2, stride=(1, 2, 1), output_padding=1, padding_mode="mean"),
        (2, 2, 3, 2, 3),
        (2, 3, 6, 6, 6),
        (2, 1, 3, 2, 3),
        "channels",
        lazy=lambda: snn.LazyConvTranspose3d(3, 2, dilation=2, stride=(1, 2, 1), output_padding=1, padding_mode="mean"),
    ),
    Case(
        "ConvTransposeNd",
        lambda: snn.ConvTransposeNd(4, 2, 3, 2, stride=2, padding=1, padding_mode="symmetric", flip=True),
        (2, 2, 2, 3, 2, 2),
        (2, 3, 2, 4, 2, 2),
        (2, 1, 2, 3, 2, 2),
        "channels",
    ),
]
