"""MobileNet V2: blocks that widen, filter each channel by itself, and narrow to a linear bottleneck.

Source: Sandler, Howard, Zhu, Zhmoginov, Chen, "MobileNetV2: inverted residuals and linear bottlenecks", CVPR 2018;
section 3.3 and table 1 for the block, table 2 for the network.
"""

from collections import OrderedDict
from collections.abc import Sequence

from torch import Tensor, nn

import striate.nn as snn
from striate.models.image_size import refuse_smaller
from striate.models.normalize import Rescale
from striate.models.registry import Recipe, register

PAPER = 'Sandler, Howard, Zhu, Zhmoginov, Chen, "MobileNetV2: inverted residuals and linear bottlenecks", CVPR 2018'

Stages = Sequence[tuple[int, int, int, int]]

# Expansion t, channels c, blocks n and stride s of the first of them: table 2.
STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
MINI_STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 2, 2))


class InvertedResidual(nn.Module):
    """Widen by 1x1, filter by a depthwise 3x3, narrow by 1x1 without an activation; add the input where shapes agree.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output, the bottleneck.
        expansion: how many times as wide the middle is; at 1 nothing is widened.
        stride: of the depthwise convolution.

    >>> import torch
    >>> InvertedResidual(16, 24, expansion=6, stride=2)(torch.rand(2, 16, 8, 8)).shape
    torch.Size([2, 24, 4, 4])
    """

    def __init__(self, in_channels: int, out_channels: int, expansion: int, stride: int) -> None:
        super().__init__()
        width = expansion * in_channels
        self.adds = stride == 1 and in_channels == out_channels
        self.layers = nn.Sequential()
        if expansion > 1:
            self.layers.add_module("widen", snn.Conv2d(in_channels, width, 1, bias=False))
            self.layers.add_module("widen_norm", nn.BatchNorm2d(width))
            self.layers.add_module("widen_relu", nn.ReLU6())
        self.layers.add_module("filter", snn.DepthwiseConv2d(width, 3, stride, padding="same", bias=False))
        self.layers.add_module("filter_norm", nn.BatchNorm2d(width))
        self.layers.add_module("filter_relu", nn.ReLU6())
        self.layers.add_module("narrow", snn.Conv2d(width, out_channels, 1, bias=False))
        self.layers.add_module("narrow_norm", nn.BatchNorm2d(out_channels))

    def forward(self, input: Tensor) -> Tensor:
        """Transform (N, in_channels, H, W) to (N, out_channels, ceil(H / stride), ceil(W / stride))."""
        output: Tensor = self.layers(input)
        return input + output if self.adds else output


@register(
    "mobilenet-v2",
    paper=PAPER,
    year=2018,
    recipe=Recipe(epochs=90, batch_size=96, optimizer="sgd", lr=0.045, weight_decay=4e-5, augment=True),
)
def mobilenet_v2(
    *, in_channels: int = 3, image_size: tuple[int, int] = (224, 224), classes: int = 1000, width: float = 1.0
) -> nn.Sequential:
    """Build MobileNet V2: 3.5 million parameters and 300 million multiply-adds.

    Args:
        in_channels: channels of an image.
        image_size: height and width of an image, at least 32.
        classes: how many there are to tell apart.
        width: multiplier of every number of channels but, below 1, of the last; 1 and 1.4 in the paper's table 4.

    Raises:
        ValueError: an image too small, or a width that is not above 0.

    >>> mobilenet_v2(classes=10).head.weight.shape
    torch.Size([1280, 320, 1, 1])
    """
    refuse_smaller("mobilenet-v2", image_size, 32)
    return _build(in_channels, classes, width, STAGES, head=1280, stride=2)


@register(
    "mobilenet-v2-mini",
    paper=f"After {PAPER}",
    year=2018,
    recipe=Recipe(epochs=4, batch_size=128, optimizer="adamw", lr=5e-3, weight_decay=0.05),
)
def mobilenet_v2_mini(
    *, in_channels: int = 1, image_size: tuple[int, int] = (28, 28), classes: int = 10, width: float = 0.5
) -> nn.Sequential:
    """Build the first five blocks of MobileNet V2 for small images, with no stride in the first layer.

    Args:
        in_channels: channels of an image.
        image_size: height and width of an image, at least 8.
        classes: how many there are to tell apart.
        width: multiplier of every number of channels but, below 1, of the last.

    Raises:
        ValueError: an image too small, or a width that is not above 0.

    >>> mobilenet_v2_mini().output.weight.shape
    torch.Size([10, 128])
    """
    refuse_smaller("mobilenet-v2-mini", image_size, 8)
    return _build(in_channels, classes, width, MINI_STAGES, head=128, stride=1)


def rounded(channels: float) -> int:
    """Return the multiple of 8 nearest to a number of channels, at least 8 and at least nine tenths of it.

    >>> rounded(24 * 1.4), rounded(16 * 0.35)
    (32, 8)
    """
    nearest = max(8, int(channels + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * channels else nearest


def _build(in_channels: int, classes: int, width: float, stages: Stages, head: int, stride: int) -> nn.Sequential:
    if not width > 0:
        raise ValueError(f"width must be above 0, but got {width!r}")
    channels = rounded(32 * width)
    model = nn.Sequential(
        OrderedDict(
            rescale=Rescale(-1.0, 1.0),
            first=snn.Conv2d(in_channels, channels, 3, stride, padding="same", bias=False),
            first_norm=nn.BatchNorm2d(channels),
            first_relu=nn.ReLU6(),
        )
    )
    number = 0
    for expansion, base, blocks, first_stride in stages:
        for block in range(blocks):
            outputs, number = rounded(base * width), number + 1
            model.add_module(
                f"block{number}", InvertedResidual(channels, outputs, expansion, 1 if block else first_stride)
            )
            channels = outputs
    head = rounded(head * max(1.0, width))
    model.add_module("head", snn.Conv2d(channels, head, 1, bias=False))
    model.add_module("head_norm", nn.BatchNorm2d(head))
    model.add_module("head_relu", nn.ReLU6())
    model.add_module("mean", snn.GlobalAvgPool(keepdim=False))
    model.add_module("drop", nn.Dropout(0.2))
    model.add_module("output", nn.Linear(head, classes))
    return model
