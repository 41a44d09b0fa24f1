"""ESPCN: convolutions on the small image, and a shuffle of channels into pixels at the end.

Source: Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural
network", CVPR 2016; section 2.2 and equations 3 and 4 for the shuffle, 3.2 for the sizes.
"""

from collections import OrderedDict

from torch import nn

import striate.nn as snn
from striate.models.registry import register


@register(
    "espcn",
    paper='Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional '
    'neural network", CVPR 2016',
    year=2016,
    task="super-resolution",
)
def espcn(*, in_channels: int = 1, scale: int = 3) -> nn.Sequential:
    """Build ESPCN: kernels of 5, 3 and 3, then every place's scale^2 numbers become scale x scale pixels.

    Args:
        in_channels: channels of an image; 1 for luminance, as in the paper.
        scale: how many times as large the image becomes; 2, 3 and 4 in the paper.

    >>> import torch
    >>> espcn(scale=4)(torch.rand(1, 1, 10, 12)).shape
    torch.Size([1, 1, 40, 48])
    """
    return nn.Sequential(
        OrderedDict(
            extract=snn.Conv2d(in_channels, 64, 5, padding="same"),
            extract_tanh=nn.Tanh(),
            map=snn.Conv2d(64, 32, 3, padding="same"),
            map_tanh=nn.Tanh(),
            subpixels=snn.Conv2d(32, in_channels * scale**2, 3, padding="same"),
            shuffle=nn.PixelShuffle(scale),
        )
    )
