"""SegNet: the decoder puts features back where the encoder's max pooling found them, then convolves.

The two other ways to double an image can stand in the place of its unpooling, to be compared with it.

Source: Badrinarayanan, Kendall, Cipolla, "SegNet: a deep convolutional encoder-decoder architecture for image
segmentation", IEEE TPAMI 39(12), 2017; section 3 and figures 2 and 3.
"""

from collections.abc import Sequence

from torch import Tensor, nn

import striate.nn as snn
from striate.arithmetic.arguments import choice
from striate.models.image_size import refuse_indivisible, refuse_smaller
from striate.models.normalize import Rescale
from striate.models.registry import Recipe, register
from striate.models.switched_stages import SwitchedStages, convolved
from striate.models.up_paths import WAYS, doubling

PAPER = (
    'Badrinarayanan, Kendall, Cipolla, "SegNet: a deep convolutional encoder-decoder architecture for image '
    'segmentation", IEEE TPAMI 39(12), 2017'
)


UPS = ("switches", *WAYS)


class SegNet(nn.Module):
    """An encoder of stages that halve the image, and their mirror image, which unpools with the encoder's switches.

    Args:
        in_channels: channels of an image.
        classes: scores of a pixel.
        widths: channels of each stage.
        depths: convolutions of each stage; the paper's are those of VGG-16.
        up: how features are doubled: "switches" as published, which has no weights; or "transposed" or "resize", which
            learn to, and ask for an image that every stage halves.

    >>> import torch
    >>> SegNet(1, 2, widths=(8, 16), depths=(1, 2))(torch.rand(1, 1, 21, 20)).shape
    torch.Size([1, 2, 21, 20])
    """

    def __init__(
        self, in_channels: int, classes: int, widths: Sequence[int], depths: Sequence[int], up: str = "switches"
    ) -> None:
        super().__init__()
        self.rescale = Rescale(-1.0, 1.0)
        self.encoder = SwitchedStages(in_channels, widths, depths)
        self.switched = choice(up, UPS, "up") == "switches"
        self.up = nn.ModuleList(
            snn.MaxUnpool2d(2) if self.switched else doubling(up, width, width) for width in reversed(widths)
        )
        self.decoder = nn.ModuleList()
        narrower = (widths[0], *widths[:-1])  # each stage ends with the channels of the one that it unpools for
        for width, after, depth in reversed(list(zip(widths, narrower, depths, strict=True))):
            self.decoder.append(convolved(width, (*(width,) * (depth - 1), after)))
        self.score = snn.Conv2d(widths[0], classes, 1)

    def forward(self, images: Tensor) -> Tensor:
        """Score each pixel: (N, in_channels, H, W) to (N, classes, H, W)."""
        features, switches = self.encoder(self.rescale(images))
        for up, stage, (places, size) in zip(self.up, self.decoder, reversed(switches), strict=True):
            features = stage(up(features, places, size) if self.switched else up(features))
        scores: Tensor = self.score(features)
        return scores


@register(
    "segnet",
    paper=PAPER,
    year=2017,
    task="segmentation",
    recipe=Recipe(epochs=100, batch_size=12, optimizer="sgd", lr=0.1),  # section 4: rate, momentum and batch
)
def segnet(*, in_channels: int = 3, image_size: tuple[int, int] = (360, 480), classes: int = 11) -> SegNet:
    """Build SegNet: the 13 convolutions of VGG-16, with 14.7 million weights, and their mirror image.

    Args:
        in_channels: channels of an image.
        image_size: height and width of an image, at least 32.
        classes: scores of a pixel; 11 in CamVid.

    Raises:
        ValueError: an image too small.

    >>> len(segnet().decoder)
    5
    """
    refuse_smaller("segnet", image_size, 32)
    return SegNet(in_channels, classes, (64, 128, 256, 512, 512), (2, 2, 3, 3, 3))


@register(
    "segnet-mini",
    paper=f"After {PAPER}",
    year=2017,
    task="segmentation",
    recipe=Recipe(epochs=8, batch_size=16, optimizer="adamw", lr=5e-3, weight_decay=0.01),
)
def segnet_mini(
    *, in_channels: int = 1, image_size: tuple[int, int] = (28, 28), classes: int = 2, up: str = "switches"
) -> SegNet:
    """Build a SegNet of two stages, for small images.

    Args:
        in_channels: channels of an image.
        image_size: height and width of an image, at least 4; divisible by 4 unless the way up is by switches.
        classes: scores of a pixel.
        up: how features are doubled, "switches" as published, "transposed" or "resize".

    Raises:
        ValueError: an image too small, or one that two halvings do not divide; an unknown way up.

    >>> segnet_mini().score.weight.shape
    torch.Size([2, 16, 1, 1])
    """
    refuse_smaller("segnet-mini", image_size, 4)
    if up != "switches":
        refuse_indivisible("segnet-mini", image_size, 4)
    return SegNet(in_channels, classes, (16, 32), (2, 2), up)
