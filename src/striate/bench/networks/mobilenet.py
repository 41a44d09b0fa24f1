"""MobileNetV2: Sandler and others, "Inverted residuals and linear bottlenecks", 2018."""

from torch import Tensor, nn

# Expansion, channels, blocks, stride of the first: table 2 of the paper.
_STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


def _layer(inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
    return [convolution, nn.BatchNorm2d(outputs), nn.ReLU6(inplace=True)]


class _Block(nn.Module):
    """Widen by 1x1, 3x3 depthwise, narrow by 1x1; added to the input where the shapes agree."""

    def __init__(self, inputs: int, outputs: int, expansion: int, stride: int) -> None:
        super().__init__()
        width = inputs * expansion
        layers = _layer(inputs, width, 1) if expansion > 1 else []
        layers += _layer(width, width, 3, stride, width)
        layers += [nn.Conv2d(width, outputs, 1, bias=False), nn.BatchNorm2d(outputs)]
        self.layers = nn.Sequential(*layers)
        self.adds = stride == 1 and inputs == outputs

    def forward(self, input: Tensor) -> Tensor:
        output: Tensor = self.layers(input)
        return input + output if self.adds else output


def mobilenet_v2(classes: int = 1000) -> nn.Module:
    """Build it for colour images, at width 1.

    >>> sum(parameter.numel() for parameter in mobilenet_v2().parameters())
    3504872
    """
    layers, inputs = _layer(3, 32, 3, 2), 32
    for expansion, outputs, blocks, stride in _STAGES:
        for block in range(blocks):
            layers.append(_Block(inputs, outputs, expansion, stride if block == 0 else 1))
            inputs = outputs
    layers += _layer(inputs, 1280, 1)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(1280, classes))
