"""ConvNeXt-T: Liu and others, "A ConvNet for the 2020s", 2022, without stochastic depth."""

import torch
from torch import Tensor, nn


class _LayerNorm(nn.LayerNorm):
    """Over the channels of (N, C, H, W)."""

    def forward(self, input: Tensor) -> Tensor:
        normal: Tensor = super().forward(input.permute(0, 2, 3, 1))
        return normal.permute(0, 3, 1, 2)


class _Block(nn.Module):
    """7x7 depthwise, then a perceptron of four times the width at each place, scaled and added."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.widen = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)
        self.scale = nn.Parameter(torch.full((width,), 1e-6))

    def forward(self, input: Tensor) -> Tensor:
        places = self.norm(self.depthwise(input).permute(0, 2, 3, 1))
        places = self.scale * self.narrow(nn.functional.gelu(self.widen(places)))
        output: Tensor = input + places.permute(0, 3, 1, 2)
        return output


def convnext_t(classes: int = 1000) -> nn.Module:
    """Build it for colour images.

    >>> sum(parameter.numel() for parameter in convnext_t().parameters())
    28589128
    """
    widths, depths = (96, 192, 384, 768), (3, 3, 9, 3)
    layers: list[nn.Module] = [nn.Conv2d(3, 96, 4, stride=4), _LayerNorm(96, eps=1e-6)]
    for stage, (width, depth) in enumerate(zip(widths, depths, strict=True)):
        if stage:
            layers += [_LayerNorm(widths[stage - 1], eps=1e-6), nn.Conv2d(widths[stage - 1], width, 2, stride=2)]
        layers += [_Block(width) for _ in range(depth)]
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LayerNorm(768, eps=1e-6), nn.Linear(768, classes)]
    return nn.Sequential(*layers)
