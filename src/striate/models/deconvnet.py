"""DeconvNet for segmentation: unpooling with switches and transposed convolutions, out of one vector an image.

Source: Noh, Hong, Han, "Learning deconvolution network for semantic segmentation", ICCV 2015; section 3 and figure 2.
"""

from collections import OrderedDict
from collections.abc import Sequence

from torch import Tensor, nn

import striate.nn as snn
from striate.models.image_size import refuse_indivisible
from striate.models.normalize import Rescale
from striate.models.registry import Recipe, register
from striate.models.switched_stages import SwitchedStages, convolved

PAPER = 'Noh, Hong, Han, "Learning deconvolution network for semantic segmentation", ICCV 2015'


class DeconvNet(nn.Module):
    """Stages that halve the image, a vector of it, and the mirror image of the stages in transposed convolutions.

    Args:
        in_channels: channels of an image.
        classes: scores of a pixel.
        image_size: height and width of an image.
        widths: channels of each stage.
        depths: convolutions of each stage; the paper's are those of VGG-16.
        hidden: elements of the vector between the halves.

    >>> import torch
    >>> DeconvNet(1, 2, (16, 24), widths=(8, 16), depths=(1, 2), hidden=32)(torch.rand(2, 1, 16, 24)).shape
    torch.Size([2, 2, 16, 24])
    """

    def __init__(
        self,
        in_channels: int,
        classes: int,
        image_size: Sequence[int],
        widths: Sequence[int],
        depths: Sequence[int],
        hidden: int,
    ) -> None:
        super().__init__()
        whole = tuple(side >> len(widths) for side in image_size)  # what the stages leave of an image
        self.rescale = Rescale(-1.0, 1.0)
        self.encoder = SwitchedStages(in_channels, widths, depths)
        self.vector = nn.Sequential(
            OrderedDict(
                fc6=snn.Conv2d(widths[-1], hidden, whole, bias=False),
                fc6_norm=nn.BatchNorm2d(hidden),
                fc6_relu=nn.ReLU(),
                fc7=snn.Conv2d(hidden, hidden, 1, bias=False),
                fc7_norm=nn.BatchNorm2d(hidden),
                fc7_relu=nn.ReLU(),
                deconv_fc6=snn.ConvTranspose2d(hidden, widths[-1], whole, bias=False),
                deconv_fc6_norm=nn.BatchNorm2d(widths[-1]),
                deconv_fc6_relu=nn.ReLU(),
            )
        )
        self.unpool = snn.MaxUnpool2d(2)
        self.decoder = nn.ModuleList()
        narrower = (widths[0], *widths[:-1])
        for width, after, depth in reversed(list(zip(widths, narrower, depths, strict=True))):
            self.decoder.append(convolved(width, (*(width,) * (depth - 1), after), snn.ConvTranspose2d))
        self.score = snn.Conv2d(widths[0], classes, 1)

    def forward(self, images: Tensor) -> Tensor:
        """Score each pixel: (N, in_channels, H, W) to (N, classes, H, W)."""
        features, switches = self.encoder(self.rescale(images))
        features = self.vector(features)
        for stage, (places, size) in zip(self.decoder, reversed(switches), strict=True):
            features = stage(self.unpool(features, places, size))
        scores: Tensor = self.score(features)
        return scores


@register(
    "deconvnet",
    paper=PAPER,
    year=2015,
    task="segmentation",
    recipe=Recipe(epochs=100, batch_size=64, optimizer="sgd", lr=0.01, weight_decay=5e-4),  # section 5.2
)
def deconvnet(*, in_channels: int = 3, image_size: tuple[int, int] = (224, 224), classes: int = 21) -> DeconvNet:
    """Build the published network: about 252 million parameters, most of them around its vector of 4096.

    The norms of that vector, which has no space, are trained on two images or more.

    Args:
        in_channels: channels of an image.
        image_size: height and width of an image, divisible by 32.
        classes: scores of a pixel; 21 in Pascal VOC with the background.

    Raises:
        ValueError: an image that five halvings do not divide.

    >>> import torch
    >>> with torch.device("meta"):
    ...     deconvnet().vector.fc6.weight.shape
    torch.Size([4096, 512, 7, 7])
    """
    refuse_indivisible("deconvnet", image_size, 32)
    return DeconvNet(in_channels, classes, image_size, (64, 128, 256, 512, 512), (2, 2, 3, 3, 3), 4096)


@register(
    "deconvnet-mini",
    paper=f"After {PAPER}",
    year=2015,
    task="segmentation",
    recipe=Recipe(epochs=8, batch_size=16, optimizer="adamw", lr=5e-3, weight_decay=0.01),
)
def deconvnet_mini(*, in_channels: int = 1, image_size: tuple[int, int] = (28, 28), classes: int = 2) -> DeconvNet:
    """Build two stages and a vector of 64, for small images.

    Args:
        in_channels: channels of an image.
        image_size: height and width of an image, divisible by 4.
        classes: scores of a pixel.

    Raises:
        ValueError: an image that two halvings do not divide.

    >>> deconvnet_mini().vector.fc6.weight.shape
    torch.Size([64, 32, 7, 7])
    """
    refuse_indivisible("deconvnet-mini", image_size, 4)
    return DeconvNet(in_channels, classes, image_size, (16, 32), (2, 2), 64)
