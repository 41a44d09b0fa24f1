"""ESPCN: convolutions on the small image, and a shuffle of channels into pixels at the end.

Two other ways from the small image to the large one can stand in the place of the shuffle, to be compared with it.

Source: Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural
network", CVPR 2016; section 2.2 and equations 3 and 4 for the shuffle, 3.2 for the sizes.
"""

from collections import OrderedDict

from torch import nn

import striate.nn as snn
from striate.arithmetic.arguments import choice
from striate.models.registry import Recipe, register

UPS = ("subpixel", "transposed", "resize")


@register(
    "espcn",
    paper='Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional '
    'neural network", CVPR 2016',
    year=2016,
    task="super-resolution",
    recipe=Recipe(epochs=20, batch_size=16, optimizer="adamw", lr=2e-3, augment=True),
)
def espcn(*, in_channels: int = 1, scale: int = 3, up: str = "subpixel") -> nn.Sequential:
    """Build ESPCN: kernels of 5, 3 and 3, then every place's scale^2 numbers become scale x scale pixels.

    Args:
        in_channels: channels of an image; 1 for luminance, as in the paper.
        scale: how many times as large the image becomes; 2, 3 and 4 in the paper.
        up: how it becomes so, "subpixel" as published; "transposed", one transposed convolution of 9 x 9 as in FSRCNN
            (Dong, Loy, Tang, "Accelerating the super-resolution convolutional neural network", ECCV 2016); or
            "resize", nearest neighbours and then a convolution of 3 x 3.

    Raises:
        ValueError: an unknown way up.

    >>> import torch
    >>> espcn(scale=4)(torch.rand(1, 1, 10, 12)).shape
    torch.Size([1, 1, 40, 48])
    """
    layers = OrderedDict(
        extract=snn.Conv2d(in_channels, 64, 5, padding="same"),
        extract_tanh=nn.Tanh(),
        map=snn.Conv2d(64, 32, 3, padding="same"),
        map_tanh=nn.Tanh(),
    )
    match choice(up, UPS, "up"):
        case "subpixel":
            layers["subpixels"] = snn.Conv2d(32, in_channels * scale**2, 3, padding="same")
            layers["shuffle"] = nn.PixelShuffle(scale)
        case "transposed":
            layers["up"] = snn.ConvTranspose2d(32, in_channels, 9, scale, padding="same")
        case _:
            layers["up"] = snn.ResizeConv2d(32, in_channels, 3, scale)
    return nn.Sequential(layers)
