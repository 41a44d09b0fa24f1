"""Shuffling of channels between groups."""

from torch import Tensor

from striate.arithmetic.arguments import integer


def channel_shuffle(input: Tensor, groups: int, *, dim: int = 1) -> Tensor:
    r"""Deal out the channels of each group to all groups in turn, so that a next grouped layer sees all of them.

    $$y[n, i \cdot groups + g] = x[n, g \cdot C / groups + i]$$

    Args:
        input: (N, C, *S), of any number of axes.
        groups: channel groups; divides C. `channel_shuffle(y, C // groups)` undoes it.
        dim: the axis of channels; 0 for an input without a batch.

    Returns:
        The tensor of the same shape.

    Raises:
        ValueError: groups that do not divide the channels, or an axis that is not there.

    Source: X. Zhang et al., "ShuffleNet", 2018, section 3.1.

    >>> import torch
    >>> channel_shuffle(torch.arange(6).reshape(1, 6, 1), 2).flatten()
    tensor([0, 3, 1, 4, 2, 5])
    """
    groups = integer(groups, "groups", 1)
    if not -input.ndim <= dim < input.ndim:
        raise ValueError(f"dim {dim} is no axis of an input of {input.ndim} dimensions: {tuple(input.shape)}")
    channels = input.shape[dim]
    if channels % groups:
        raise ValueError(f"input has {channels} channels, which groups {groups} does not divide: {tuple(input.shape)}")
    dim %= input.ndim
    dealt: Tensor = input.unflatten(dim, (groups, channels // groups)).transpose(dim, dim + 1)
    return dealt.flatten(dim, dim + 1)
