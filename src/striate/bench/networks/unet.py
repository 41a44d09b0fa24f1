"""3-D U-Net: Cicek and others, "3D U-Net: learning dense volumetric segmentation", 2016, padded and half as wide."""

from itertools import pairwise

import torch
from torch import Tensor, nn


def _pair(inputs: int, middle: int, outputs: int) -> nn.Sequential:
    """Two 3x3x3 layers."""
    layers: list[nn.Module] = []
    for before, after in ((inputs, middle), (middle, outputs)):
        layers += [nn.Conv3d(before, after, 3, padding=1, bias=False), nn.BatchNorm3d(after), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


class UNet3d(nn.Module):
    """Three halvings by pooling, three doublings by transposed convolution, with the features of each size passed on.

    Args:
        width: channels of the first layer.
        classes: scores at each voxel.
    """

    def __init__(self, width: int = 16, classes: int = 3) -> None:
        super().__init__()
        sizes = [2 * width << level for level in range(4)]
        self.down = nn.ModuleList([_pair(1, width, sizes[0])])
        self.down.extend(_pair(before, before, after) for before, after in pairwise(sizes))
        self.pool = nn.MaxPool3d(2)
        self.up = nn.ModuleList(nn.ConvTranspose3d(size, size, 2, 2) for size in reversed(sizes[1:]))
        self.merge = nn.ModuleList(_pair(below + here, here, here) for here, below in reversed(list(pairwise(sizes))))
        self.score = nn.Conv3d(sizes[0], classes, 1)

    def forward(self, input: Tensor) -> Tensor:
        """Score each voxel of (N, 1, D, H, W), whose sizes 8 divides."""
        passed: list[Tensor] = []
        for level, layers in enumerate(self.down):
            input = layers(self.pool(input) if level else input)
            passed.append(input)
        passed.pop()
        for up, merge in zip(self.up, self.merge, strict=True):
            input = merge(torch.cat([up(input), passed.pop()], 1))
        scores: Tensor = self.score(input)
        return scores


def unet3d() -> nn.Module:
    """Build it for volumes of one channel.

    >>> unet3d()(torch.zeros(1, 1, 16, 16, 16)).shape
    torch.Size([1, 3, 16, 16, 16])
    """
    return UNet3d()
