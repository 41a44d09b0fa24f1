"""WaveNet: dilated causal convolutions with gates, which tell the next sample of a signal from all before it.

Source: van den Oord et al., "WaveNet: a generative model for raw audio", 2016; section 2.1 for the dilations, 2.2 for
the levels, 2.3 and equation 2 for the gates, 2.4 and figure 4 for the residuals and skips.
"""

from collections.abc import Iterator
from functools import reduce
from math import log

import torch
from torch import Tensor, nn

import striate.nn as snn
from striate.arithmetic.arguments import integer
from striate.losses import softmax_cross_entropy
from striate.models.causal_net import LOUD, CausalNet, Run
from striate.models.normalize import Rescale
from striate.models.registry import Recipe, register


def encode_levels(signal: Tensor, levels: int = 256) -> Tensor:
    """Return the level of each sample by the mu-law of section 2.2, int64 from 0 to levels - 1.

    Args:
        signal: in [-1, 1], of any shape.
        levels: mu + 1.

    >>> encode_levels(torch.tensor([-1.0, 0.0, 0.01, 1.0]))
    tensor([  0, 128, 157, 255])
    """
    mu = levels - 1
    squeezed = signal.sign() * (mu * signal.abs()).log1p() / log(1 + mu)
    return ((squeezed + 1) / 2 * mu + 0.5).long().clamp(0, mu)


def decode_levels(levels_of: Tensor, levels: int = 256) -> Tensor:
    """Return the samples in [-1, 1] that levels stand for, the inverse of `encode_levels` up to their coarseness.

    >>> decode_levels(torch.tensor([0, 255]))
    tensor([-1.,  1.])
    """
    mu = levels - 1
    squeezed = 2 * levels_of.to(torch.get_default_dtype()) / mu - 1
    return squeezed.sign() * (squeezed.abs() * log(1 + mu)).expm1() / mu


class GatedBlock(nn.Module):
    """A dilated causal convolution times its gate, passed on with the input and to the skips (equation 2, figure 4).

    Args:
        channels: of the signal that passes.
        gated: channels of the convolution and its gate.
        skips: channels of what goes to the output.
        dilation: of the convolution.
        passes: whether anything is passed on; after the last block nothing would read it.
    """

    def __init__(self, channels: int, gated: int, skips: int, dilation: int, *, passes: bool) -> None:
        super().__init__()
        self.filter = snn.CausalConv1d(channels, gated, 2, dilation=dilation)
        self.gate = snn.CausalConv1d(channels, gated, 2, dilation=dilation)
        self.residual = snn.CausalConv1d(gated, channels, 1) if passes else None
        self.skip = snn.CausalConv1d(gated, skips, 1)

    def compute(self, input: Tensor, run: Run) -> tuple[Tensor, Tensor]:
        """Return what passes on and what skips to the output."""
        # sigmoid(x) = (1 + tanh(x / 2)) / 2. The last bits of torch's sigmoid depend on where in memory an element
        # lies, those of its tanh do not, and a stream is to give the bits of the whole.
        open_by = (1 + (run(self.gate, input) / 2).tanh()) / 2
        answer = run(self.filter, input).tanh() * open_by
        passed = input if self.residual is None else input + run(self.residual, answer)
        return passed, run(self.skip, answer)


PAPER = 'van den Oord et al., "WaveNet: a generative model for raw audio", 2016'


@register(
    "wavenet",
    paper=PAPER,
    year=2016,
    task="audio",
    recipe=Recipe(epochs=4, batch_size=2, optimizer="adamw", lr=0.004, weight_decay=0.01),
)
class WaveNet(CausalNet):
    """Stacks of gated blocks whose dilations double from 1 to 512, then two 1x1 layers; 30 blocks see 3,070 samples.

    Args:
        in_channels: channels of a signal.
        classes: levels of a sample, 256 in the paper.
        channels: of the signal that passes through the blocks.
        gated: channels of each convolution and its gate.
        skips: channels of what goes to the output.
        stacks: of dilations from 1 up.
        doublings: of the dilation in a stack.

    Attributes:
        receptive_field: how many samples an output sees, its own included.

    Raises:
        ValueError: a size below 1.

    >>> net = WaveNet(stacks=1, doublings=4).eval()
    >>> net(torch.rand(1, 1, 100)).shape, net.receptive_field
    (torch.Size([1, 256, 100]), 17)
    """

    def __init__(
        self,
        *,
        in_channels: int = 1,
        classes: int = 256,
        channels: int = 32,
        gated: int = 32,
        skips: int = 128,
        stacks: int = 3,
        doublings: int = 10,
    ) -> None:
        super().__init__()
        dilations = [
            2**level for _ in range(integer(stacks, "stacks", 1)) for level in range(integer(doublings, "doublings", 1))
        ]
        self.receptive_field = 2 + sum(dilations)
        self.rescale = Rescale(0.0, LOUD)
        self.first = snn.CausalConv1d(in_channels, channels, 2)
        self.blocks = nn.ModuleList(
            GatedBlock(channels, gated, skips, dilation, passes=number < len(dilations))
            for number, dilation in enumerate(dilations, 1)
        )
        self.last = snn.CausalConv1d(skips, skips, 1)
        self.output = snn.CausalConv1d(skips, classes, 1)
        for layer in self.modules():
            if isinstance(layer, snn.CausalConv1d):
                # Glorot and Bengio, 2010, equation 12: signals keep their spread from one tanh to the next, where
                # torch's own first weights let them fade to nothing that could be learnt from.
                nn.init.xavier_normal_(layer.weight)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)

    def compute(self, input: Tensor, run: Run) -> Tensor:
        """Score the level of each sample's successor: (N, in_channels, time) in [-1, 1] to (N, classes, time)."""
        skips = reduce(torch.add, self._skips(run(self.first, self.rescale(input)), run))
        return run(self.output, run(self.last, skips.relu()).relu())

    def _skips(self, signal: Tensor, run: Run) -> Iterator[Tensor]:
        """What each block sends to the output, one at a time: all of them at once would fill the memory."""
        block: GatedBlock
        for block in self.blocks:  # type: ignore[assignment]
            signal, skip = block.compute(signal, run)
            yield skip

    def successor_loss(self, scores: Tensor, signal: Tensor) -> Tensor:
        """Return the cross-entropy of each sample's successor, for signals of one channel, (N, 1, time)."""
        levels = encode_levels(signal[:, 0, 1:], scores.shape[1])
        return softmax_cross_entropy(scores[..., :-1], levels)


@register(
    "wavenet-mini",
    paper=f"After {PAPER}",
    year=2016,
    task="audio",
    recipe=Recipe(epochs=4, batch_size=2, optimizer="adamw", lr=0.01, weight_decay=0.01),
)
def wavenet_mini(*, in_channels: int = 1, classes: int = 8) -> WaveNet:
    """Build one stack of eight blocks, half as wide and more, which sees 257 samples: 32 ms of a telephone's 8 kHz.

    Args:
        in_channels: channels of a signal.
        classes: scores of each sample.

    >>> wavenet_mini().receptive_field
    257
    """
    return WaveNet(in_channels=in_channels, classes=classes, channels=16, gated=16, skips=32, stacks=1, doublings=8)
