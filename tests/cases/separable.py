"""Depthwise and depthwise separable convolution, and its transposed form."""

from torch import nn

import striate.nn as snn
from cases.case import Case

CASES = [
    Case(
        "DepthwiseConv1d",
        lambda: snn.DepthwiseConv1d(3, 3, stride=2, padding="same", multiplier=2, activation="silu"),
        (2, 3, 9),
        (2, 6, 5),
        (2, 2, 9),
        "channels",
        lazy=lambda: snn.LazyDepthwiseConv1d(3, stride=2, padding="same", multiplier=2, activation="silu"),
    ),
    Case(
        "DepthwiseConv2d",
        lambda: snn.DepthwiseConv2d(4, 3, padding=((0, 2), (1, 0)), padding_mode="symmetric"),
        (2, 4, 5, 6),
        (2, 4, 5, 5),
        (2, 3, 5, 6),
        "channels",
        lazy=lambda: snn.LazyDepthwiseConv2d(3, padding=((0, 2), (1, 0)), padding_mode="symmetric"),
    ),
    Case(
        "DepthwiseConv3d",
        lambda: snn.DepthwiseConv3d(2, 2, dilation=2, multiplier=3, bias=False),
        (2, 2, 4, 5, 4),
        (2, 6, 2, 3, 2),
        (2, 1, 4, 5, 4),
        "channels",
        lazy=lambda: snn.LazyDepthwiseConv3d(2, dilation=2, multiplier=3, bias=False),
    ),
    Case(
        "SeparableConv1d",
        lambda: snn.SeparableConv1d(3, 4, 3, stride=2, padding="causal", multiplier=2, activation="gelu"),
        (2, 3, 9),
        (2, 4, 5),
        (2, 2, 9),
        "channels",
        lazy=lambda: snn.LazySeparableConv1d(4, 3, stride=2, padding="causal", multiplier=2, activation="gelu"),
    ),
    Case(
        "SeparableConv2d",
        lambda: snn.SeparableConv2d(4, 6, 3, padding="same", norm=nn.BatchNorm2d(4), padding_mode="reflect"),
        (2, 4, 5, 6),
        (2, 6, 5, 6),
        (2, 3, 5, 6),
        "channels",
        lazy=lambda: snn.LazySeparableConv2d(6, 3, padding="same", norm=nn.LazyBatchNorm2d(), padding_mode="reflect"),
        unbatched=False,  # the norm takes batches only
    ),
    Case(
        "SeparableConv3d",
        lambda: snn.SeparableConv3d(2, 3, 2, dilation=2),
        (2, 2, 4, 5, 4),
        (2, 3, 2, 3, 2),
        (2, 1, 4, 5, 4),
        "channels",
        lazy=lambda: snn.LazySeparableConv3d(3, 2, dilation=2),
    ),
    Case(
        "SeparableConvTranspose1d",
        lambda: snn.SeparableConvTranspose1d(3, 2, 4, stride=3, output_padding=1, activation="silu"),
        (2, 3, 5),
        (2, 2, 17),
        (2, 2, 5),
        "channels",
        lazy=lambda: snn.LazySeparableConvTranspose1d(2, 4, stride=3, output_padding=1, activation="silu"),
    ),
    Case(
        "SeparableConvTranspose2d",
        lambda: snn.SeparableConvTranspose2d(4, 3, 3, stride=2, padding=1, multiplier=2, norm=nn.BatchNorm2d(6)),
        (2, 4, 3, 4),
        (2, 3, 5, 7),
        (2, 3, 3, 4),
        "channels",
        lazy=lambda: snn.LazySeparableConvTranspose2d(
            3, 3, stride=2, padding=1, multiplier=2, norm=nn.LazyBatchNorm2d()
        ),
        unbatched=False,  # the norm takes batches only
    ),
    Case(
        "SeparableConvTranspose3d",
        lambda: snn.SeparableConvTranspose3d(2, 3, 2, dilation=2, bias=False, padding_mode="circular", flip=True),
        (2, 2, 2, 3, 2),
        (2, 3, 4, 5, 4),
        (2, 1, 2, 3, 2),
        "channels",
        lazy=lambda: snn.LazySeparableConvTranspose3d(3, 2, dilation=2, bias=False, padding_mode="circular", flip=True),
    ),
]
