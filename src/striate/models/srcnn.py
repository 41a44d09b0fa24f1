"""SRCNN: an image is made larger by interpolation, then sharper by three convolutions.

Source: Dong, Loy, He, Tang, "Image super-resolution using deep convolutional networks", IEEE TPAMI 38(2), 2016;
section 3.1 for the network, 4.3.2 for the sizes of its second layer.
"""

from collections import OrderedDict

from torch import nn

import striate.nn as snn
from striate.arithmetic.arguments import integer
from striate.models.registry import Recipe, register


@register(
    "srcnn",
    paper='Dong, Loy, He, Tang, "Image super-resolution using deep convolutional networks", IEEE TPAMI 38(2), 2016',
    year=2016,
    task="super-resolution",
    recipe=Recipe(epochs=10, batch_size=8, optimizer="adamw", lr=1e-3, augment=True),
)
def srcnn(*, in_channels: int = 1, scale: int = 3, middle: int = 1) -> nn.Sequential:
    """Build SRCNN 9-1-5: 8,032 weights for one channel.

    Where the paper trains without padding and crops what it compares with, the border is repeated here.

    Args:
        in_channels: channels of an image; 1 for luminance, as in the paper.
        scale: how many times as large the image becomes.
        middle: side of the kernels of the second layer; 1, 3 and 5 in the paper.

    Raises:
        ValueError: a middle below 1.

    >>> import torch
    >>> srcnn()(torch.rand(1, 1, 10, 12)).shape
    torch.Size([1, 1, 30, 36])
    """
    integer(middle, "middle", 1)
    return nn.Sequential(
        OrderedDict(
            interpolate=nn.Upsample(scale_factor=scale, mode="bicubic"),
            extract=snn.Conv2d(in_channels, 64, 9, padding="same", padding_mode="replicate"),
            extract_relu=nn.ReLU(),
            map=snn.Conv2d(64, 32, middle, padding="same", padding_mode="replicate"),
            map_relu=nn.ReLU(),
            reconstruct=snn.Conv2d(32, in_channels, 5, padding="same", padding_mode="replicate"),
        )
    )
