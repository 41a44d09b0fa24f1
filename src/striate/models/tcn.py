"""TCN: residual blocks of dilated causal convolutions, for sequences of any kind.

Source: Bai, Kolter, Koltun, "An empirical evaluation of generic convolutional and recurrent networks for sequence
modeling", 2018; section 3 and figure 1.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

import striate.nn as snn
from striate.models.causal_net import LOUD, CausalNet, Run
from striate.models.normalize import Rescale
from striate.models.registry import Recipe, register


class ResidualBlock(nn.Module):
    """Two dilated causal convolutions of normalised weights, rectified, with spatial dropout; added to the input.

    Args:
        in_channels: channels of the input.
        channels: channels of the output.
        kernel_size: taps.
        dilation: of both convolutions.
        drop: share of the channels that are dropped in training.
    """

    def __init__(self, in_channels: int, channels: int, kernel_size: int, dilation: int, drop: float) -> None:
        super().__init__()
        self.first = weight_norm(snn.CausalConv1d(in_channels, channels, kernel_size, dilation=dilation))
        self.second = weight_norm(snn.CausalConv1d(channels, channels, kernel_size, dilation=dilation))
        self.drop = nn.Dropout1d(drop)
        # 1x1 where the numbers of channels differ (figure 1b)
        self.match = snn.CausalConv1d(in_channels, channels, 1) if in_channels != channels else None

    def compute(self, input: Tensor, run: Run) -> Tensor:
        """Transform (N, in_channels, time) to (N, channels, time)."""
        inner = self.drop(run(self.first, input).relu())
        inner = self.drop(run(self.second, inner).relu())
        passed = input if self.match is None else run(self.match, input)
        return torch.relu(inner + passed)


PAPER = (
    'Bai, Kolter, Koltun, "An empirical evaluation of generic convolutional and recurrent networks for sequence '
    'modeling", 2018'
)


@register(
    "tcn",
    paper=PAPER,
    year=2018,
    task="audio",
    recipe=Recipe(epochs=2, batch_size=2, optimizer="adamw", lr=0.003, weight_decay=0.01),
)
class TCN(CausalNet):
    """Residual blocks whose dilations double from 1 up, then scores at each time; the last sees the most.

    Args:
        in_channels: channels of a sequence.
        classes: scores at each time.
        widths: channels of each block; eight of 25 as for the digits in rows of table 2.
        kernel_size: taps.
        drop: share of the channels that are dropped in training.

    Raises:
        ValueError: no widths.

    Attributes:
        receptive_field: how many elements an output sees, its own included.

    >>> import torch
    >>> net = TCN(in_channels=2, classes=3, widths=(8, 8), kernel_size=3)
    >>> net(torch.rand(1, 2, 50)).shape, net.receptive_field
    (torch.Size([1, 3, 50]), 13)
    """

    def __init__(
        self,
        *,
        in_channels: int = 1,
        classes: int = 10,
        widths: Sequence[int] = (25,) * 8,
        kernel_size: int = 7,
        drop: float = 0.05,
    ) -> None:
        super().__init__()
        if not widths:
            raise ValueError("widths must have an entry for each block, at least one, but got none")
        self.rescale = Rescale(0.0, LOUD)
        self.blocks = nn.ModuleList()
        for level, width in enumerate(widths):
            self.blocks.append(ResidualBlock(in_channels, width, kernel_size, 2**level, drop))
            in_channels = width
        self.receptive_field = 1 + 2 * (kernel_size - 1) * (2 ** len(widths) - 1)
        self.output = snn.CausalConv1d(in_channels, classes, 1)

    def compute(self, input: Tensor, run: Run) -> Tensor:
        """Score each time: (N, in_channels, time) to (N, classes, time)."""
        signal = self.rescale(input)
        block: ResidualBlock
        for block in self.blocks:  # type: ignore[assignment]
            signal = block.compute(signal, run)
        return run(self.output, signal)


@register(
    "tcn-mini",
    paper=f"After {PAPER}",
    year=2018,
    task="audio",
    recipe=Recipe(epochs=8, batch_size=2, optimizer="adamw", lr=0.02, weight_decay=0.01),
)
def tcn_mini(*, in_channels: int = 1, classes: int = 8) -> TCN:
    """Build six blocks of 16 channels and three taps, which see 253 elements.

    Args:
        in_channels: channels of a sequence.
        classes: scores at each time.

    >>> tcn_mini().receptive_field
    253
    """
    return TCN(in_channels=in_channels, classes=classes, widths=(16,) * 6, kernel_size=3)
