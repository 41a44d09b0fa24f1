"""The contracting half of SegNet and DeconvNet: convolutions and max pooling that remembers where each maximum lay."""

from collections.abc import Sequence

from torch import Tensor, nn

import striate.nn as snn

Switches = list[tuple[Tensor, tuple[int, ...]]]


def convolved(in_channels: int, channels: Sequence[int], layer: type[nn.Module] = snn.Conv2d) -> nn.Sequential:
    """Return 3x3 layers that keep the size, each with a norm and a rectifier.

    Args:
        in_channels: channels of the input.
        channels: of the output of each layer.
        layer: `snn.Conv2d` or `snn.ConvTranspose2d`.

    >>> import torch
    >>> convolved(3, (8, 4))(torch.rand(1, 3, 5, 5)).shape
    torch.Size([1, 4, 5, 5])
    """
    layers = nn.Sequential()
    for outputs in channels:
        layers.extend([layer(in_channels, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()])
        in_channels = outputs
    return layers


class SwitchedStages(nn.Module):
    """Stages of convolutions, each followed by a halving.

    Args:
        in_channels: channels of the input.
        widths: channels of each stage.
        depths: convolutions of each stage.

    >>> import torch
    >>> features, switches = SwitchedStages(3, (8, 16), (1, 2))(torch.rand(1, 3, 9, 8))
    >>> features.shape, [size for _, size in switches]
    (torch.Size([1, 16, 2, 2]), [(9, 8), (4, 4)])
    """

    def __init__(self, in_channels: int, widths: Sequence[int], depths: Sequence[int]) -> None:
        super().__init__()
        self.pool = snn.MaxPool2d(2, return_indices=True)
        self.stages = nn.ModuleList()
        for width, depth in zip(widths, depths, strict=True):
            self.stages.append(convolved(in_channels, (width,) * depth))
            in_channels = width

    def forward(self, input: Tensor) -> tuple[Tensor, Switches]:
        """Return the features, and of each stage the places of its maxima and the size they were found in."""
        switches: Switches = []
        for stage in self.stages:
            input = stage(input)
            size = tuple(input.shape[2:])
            input, places = self.pool(input)
            switches.append((places, size))
        return input, switches
