"""Shuffling of channels between groups, as a layer."""

import torch
from torch import Tensor

from striate.arithmetic.arguments import integer
from striate.functional.shuffle import channel_shuffle


class ChannelShuffle(torch.nn.ChannelShuffle):
    """Deals out the channels of each group to all groups in turn; `striate.functional.channel_shuffle`.

    Args:
        groups: channel groups; divides the channels.

    Shape:
        (N, C, *S) of any rank to the same.

    Raises:
        ValueError: `groups` is below 1, or does not divide the channels of an input.

    >>> ChannelShuffle(2)(torch.arange(6).reshape(1, 6, 1)).flatten()
    tensor([0, 3, 1, 4, 2, 5])
    """

    def __init__(self, groups: int) -> None:
        super().__init__(integer(groups, "groups", 1))

    def forward(self, input: Tensor) -> Tensor:
        """Shuffle the channels of `input`."""
        return channel_shuffle(input, self.groups)
