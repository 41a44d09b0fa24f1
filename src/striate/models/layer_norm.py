"""Layer normalisation over the channels at each place, which torch.nn has for the last axis only."""

from torch import Tensor, nn


class ChannelLayerNorm(nn.LayerNorm):
    """Normalise the channels of (N, C, *S) at each place by their own mean and variance, then scale and shift them.

    Source: Ba, Kiros, Hinton, "Layer normalization", 2016; over channels as in Liu et al., "A ConvNet for the 2020s",
    2022, section 2.5.

    Args:
        channels: channels of the input.
        eps: added to the variance.

    >>> import torch
    >>> ChannelLayerNorm(8)(torch.randn(2, 8, 5, 5)).mean(1).abs().max() < 1e-6
    tensor(True)
    """

    def __init__(self, channels: int, eps: float = 1e-6) -> None:
        super().__init__(channels, eps)

    def forward(self, input: Tensor) -> Tensor:
        """Normalise `input`."""
        return super().forward(input.movedim(1, -1)).movedim(-1, 1)
