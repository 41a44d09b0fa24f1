"""MobileNet V1: every 3x3 convolution but the first is depthwise separable, or full for comparison.

Source: Sifre, "Rigid-motion scattering for image classification", 2014, section 6.2, for the layer; Howard et al.,
"MobileNets: efficient convolutional neural networks for mobile vision applications", 2017, table 1 for the network.
"""

from collections import OrderedDict
from collections.abc import Sequence

from torch import nn

import striate.nn as snn
from striate.arithmetic.arguments import choice
from striate.models.image_size import refuse_smaller
from striate.models.normalize import Rescale
from striate.models.registry import Recipe, register

PAPER = (
    'Howard et al., "MobileNets: efficient convolutional neural networks for mobile vision applications", 2017, '
    'on the layer of Sifre, "Rigid-motion scattering for image classification", 2014'
)

# Output channels and stride of each separable layer: table 1, whose last stride of 2 is one of 1, as its sizes say.
LAYERS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))
MINI_LAYERS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1))


@register(
    "mobilenet-v1",
    paper=PAPER,
    year=2017,
    recipe=Recipe(epochs=90, batch_size=128, optimizer="sgd", lr=0.05, weight_decay=4e-5, augment=True),
)
def mobilenet_v1(
    *,
    in_channels: int = 3,
    image_size: tuple[int, int] = (224, 224),
    classes: int = 1000,
    width: float = 1.0,
    convolution: str = "separable",
) -> nn.Sequential:
    """Build MobileNet: 4.2 million parameters and 569 million multiply-adds; 29.3 and 4866 with full convolutions.

    Args:
        in_channels: channels of an image.
        image_size: height and width of an image, at least 32.
        classes: how many there are to tell apart.
        width: multiplier of every number of channels, alpha in the paper; 1, 0.75, 0.5 and 0.25 there.
        convolution: "separable", or "full" for the network of table 4 that it is compared with.

    Raises:
        ValueError: an image too small, a width of no channels, an unknown convolution.

    >>> mobilenet_v1(width=0.25, classes=10).layer13.convolution.pointwise.weight.shape
    torch.Size([256, 256, 1, 1])
    """
    refuse_smaller("mobilenet-v1", image_size, 32)
    return _build(in_channels, classes, width, convolution, LAYERS, stride=2)


@register(
    "mobilenet-v1-mini",
    paper=f"After {PAPER}",
    year=2017,
    recipe=Recipe(epochs=4, batch_size=128, optimizer="adamw", lr=5e-3, weight_decay=0.05),
)
def mobilenet_v1_mini(
    *,
    in_channels: int = 1,
    image_size: tuple[int, int] = (28, 28),
    classes: int = 10,
    width: float = 0.5,
    convolution: str = "separable",
) -> nn.Sequential:
    """Build the first five separable layers of MobileNet for small images, with no stride in the first layer.

    Args:
        in_channels: channels of an image.
        image_size: height and width of an image, at least 8.
        classes: how many there are to tell apart.
        width: multiplier of every number of channels.
        convolution: "separable" or "full".

    Raises:
        ValueError: an image too small, a width of no channels, an unknown convolution.

    >>> mobilenet_v1_mini().layer5.convolution.depthwise.weight.shape
    torch.Size([128, 1, 3, 3])
    """
    refuse_smaller("mobilenet-v1-mini", image_size, 8)
    return _build(in_channels, classes, width, convolution, MINI_LAYERS, stride=1)


def _build(
    in_channels: int, classes: int, width: float, convolution: str, layers: Sequence[tuple[int, int]], stride: int
) -> nn.Sequential:
    choice(convolution, ("separable", "full"), "convolution")
    if int(32 * width) < 1:
        raise ValueError(f"width must leave a channel of the first 32, but got {width!r}; the least is 1/32")
    channels = int(32 * width)
    first = snn.Conv2d(in_channels, channels, 3, stride, padding="same", bias=False)
    model = nn.Sequential(OrderedDict(rescale=Rescale(-1.0, 1.0), layer0=_normalised(first, channels)))
    for number, (full_width, step) in enumerate(layers, 1):
        outputs = int(full_width * width)
        layer: nn.Module
        if convolution == "full":
            layer = snn.Conv2d(channels, outputs, 3, step, padding="same", bias=False)
        else:
            norm = nn.BatchNorm2d(channels)
            layer = snn.SeparableConv2d(
                channels, outputs, 3, step, padding="same", bias=False, norm=norm, activation="relu"
            )
        model.add_module(f"layer{number}", _normalised(layer, outputs))
        channels = outputs
    model.add_module("mean", snn.GlobalAvgPool(keepdim=False))
    model.add_module("output", nn.Linear(channels, classes))
    return model


def _normalised(layer: nn.Module, channels: int) -> nn.Sequential:
    """A convolution, a norm and a rectifier (figure 3)."""
    return nn.Sequential(OrderedDict(convolution=layer, norm=nn.BatchNorm2d(channels), relu=nn.ReLU()))
