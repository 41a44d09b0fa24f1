"""U-Net: each size's features are passed across to the way back up.

Source: Ronneberger, Fischer, Brox, "U-Net: convolutional networks for biomedical image segmentation", MICCAI 2015;
section 2 and figure 1.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

import striate.nn as snn
from striate.models.image_size import refuse_indivisible, refuse_smaller
from striate.models.normalize import Rescale
from striate.models.registry import Recipe, register
from striate.models.up_paths import doubling

PAPER = 'Ronneberger, Fischer, Brox, "U-Net: convolutional networks for biomedical image segmentation", MICCAI 2015'


class UNet(nn.Module):
    """A way down, a way up, and what is passed across, cropped where the convolutions have eaten the border.

    Args:
        in_channels: channels of an image.
        classes: scores of a pixel.
        widths: channels of each size, from the largest image to the smallest.
        padding: of the 3x3 convolutions, "valid" as published or "same".
        up: how the image is doubled, "transposed" as published or "resize".

    >>> UNet(1, 2, widths=(8, 16), padding="valid")(torch.rand(1, 1, 44, 44)).shape
    torch.Size([1, 2, 28, 28])
    """

    def __init__(
        self, in_channels: int, classes: int, widths: Sequence[int], padding: str = "same", up: str = "transposed"
    ) -> None:
        super().__init__()
        self.rescale = Rescale(-1.0, 1.0)
        self.pool = snn.MaxPool2d(2)
        self.down = nn.ModuleList(_pair(before, after, padding) for before, after in pairwise((in_channels, *widths)))
        upwards = list(pairwise(reversed(widths)))
        self.up = nn.ModuleList(doubling(up, below, here) for below, here in upwards)
        self.merge = nn.ModuleList(_pair(2 * here, here, padding) for _, here in upwards)
        self.score = snn.Conv2d(widths[0], classes, 1)

    def forward(self, images: Tensor) -> Tensor:
        """Score each pixel, (N, in_channels, H, W) to (N, classes, H, W), or with "valid" those in the middle."""
        features, passed = self.rescale(images), []
        for level, layers in enumerate(self.down):
            features = layers(self.pool(features) if level else features)
            passed.append(features)
        passed.pop()
        for up, merge in zip(self.up, self.merge, strict=True):
            across, raised = passed.pop(), up(features)
            features = merge(torch.cat([_middle(across, raised.shape[2:]), raised], 1))
        scores: Tensor = self.score(features)
        return scores


def _pair(in_channels: int, channels: int, padding: str) -> nn.Sequential:
    """Two 3x3 convolutions with rectifiers."""
    return nn.Sequential(
        snn.Conv2d(in_channels, channels, 3, padding=padding),
        nn.ReLU(),
        snn.Conv2d(channels, channels, 3, padding=padding),
        nn.ReLU(),
    )


def _middle(features: Tensor, size: Sequence[int]) -> Tensor:
    for axis, length in enumerate(size, 2):
        features = features.narrow(axis, (features.shape[axis] - length) // 2, length)
    return features


@register(
    "unet",
    paper=PAPER,
    year=2015,
    task="segmentation",
    recipe=Recipe(epochs=100, batch_size=1, optimizer="sgd", lr=1e-3, momentum=0.99),  # section 3: batch and momentum
)
def unet(
    *, in_channels: int = 1, image_size: tuple[int, int] = (572, 572), classes: int = 2, up: str = "transposed"
) -> UNet:
    """Build the published network of 23 convolutions without padding: it scores the middle 388 of 572 pixels.

    Args:
        in_channels: channels of an image.
        image_size: height and width of an image, 572 or another at which every pooling divides; 16 more or less do.
        classes: scores of a pixel.
        up: how the image is doubled, "transposed" as published or "resize".

    Raises:
        ValueError: an image at which a pooling would drop a row, an unknown way up.

    >>> unet().score.weight.shape
    torch.Size([2, 64, 1, 1])
    """
    refuse_smaller("unet", image_size, 188)
    if any(side % 16 != 572 % 16 for side in image_size):
        nearest = tuple(max(188, (side - 12 + 8) // 16 * 16 + 12) for side in image_size)
        raise ValueError(
            f"image_size of unet is 572 plus or minus a multiple of 16, where every pooling divides, but got "
            f"{tuple(image_size)}; bring the images to {nearest}"
        )
    return UNet(in_channels, classes, (64, 128, 256, 512, 1024), "valid", up)


@register(
    "unet-mini",
    paper=f"After {PAPER}",
    year=2015,
    task="segmentation",
    recipe=Recipe(epochs=8, batch_size=16, optimizer="adamw", lr=2e-3, weight_decay=0.01),
)
def unet_mini(
    *, in_channels: int = 1, image_size: tuple[int, int] = (28, 28), classes: int = 2, up: str = "transposed"
) -> UNet:
    """Build a U-Net of three sizes with padding, for small images: it scores every pixel.

    Args:
        in_channels: channels of an image.
        image_size: height and width of an image, divisible by 4.
        classes: scores of a pixel.
        up: how the image is doubled, "transposed" or "resize".

    Raises:
        ValueError: an image that two halvings do not divide, an unknown way up.

    >>> unet_mini(up="resize").up[0].weight.shape
    torch.Size([32, 64, 3, 3])
    """
    refuse_indivisible("unet-mini", image_size, 4)
    return UNet(in_channels, classes, (16, 32, 64), "same", up)
