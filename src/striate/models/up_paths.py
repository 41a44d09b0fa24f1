"""How an image is doubled by learning; the third way, unpooling with switches, learns nothing."""

from torch import nn

import striate.nn as snn
from striate.arithmetic.arguments import choice

WAYS = ("transposed", "resize")


def doubling(way: str, in_channels: int, out_channels: int, kernel_size: int = 2, bias: bool = True) -> nn.Module:
    """Return a layer that doubles height and width.

    Args:
        way: "transposed", a transposed convolution of stride 2; or "resize", nearest neighbours and then a 3x3
            convolution, which leaves no checkerboard whatever the weights (`striate.checkerboard_score`).
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel_size: of the transposed convolution.
        bias: learn one number an output channel.

    Raises:
        ValueError: an unknown way.

    >>> import torch
    >>> [tuple(doubling(way, 3, 4)(torch.rand(1, 3, 5, 5)).shape) for way in WAYS]
    [(1, 4, 10, 10), (1, 4, 10, 10)]
    """
    if choice(way, WAYS, "up") == "resize":
        return snn.ResizeConv2d(in_channels, out_channels, 3, bias=bias)
    return snn.ConvTranspose2d(in_channels, out_channels, kernel_size, 2, padding=kernel_size // 2 - 1, bias=bias)
