"""Depthwise convolution: every channel has filters of its own."""

from collections.abc import Sequence

from torch import Tensor

from striate.engine.checks import check_rank
from striate.functional.conv import Ints, PaddingLike, conv


def depthwise_conv(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    *,
    padding_mode: str | Sequence[str] = "zeros",
    padding_value: float = 0.0,
    flip: bool = False,
    activation: str | None = None,
) -> Tensor:
    r"""Filter each channel of `input` by itself, with as many filters a channel as the weight has.

    $$y[n, c M + m, p] = b[c M + m] + \sum_t w[c M + m, t] \; x[n, c, p \cdot stride - before + t \cdot dilation]$$

    Args:
        input: (N, C, *S), or (C, *S) without a batch.
        weight: (C M, 1, *K); M, the multiplier, is the number of filters a channel.
        bias: (C M,), or None.
        stride: step between two outputs, an int or one an axis.
        padding: as for `striate.functional.conv`, and so are the arguments below.
        dilation: step between two taps, an int or one an axis.
        padding_mode: border rule, or one an axis.
        padding_value: the value of `"constant"`.
        flip: convolve with the kernel reversed along every axis.
        activation: what the result goes through, or None.

    Returns:
        (N, C M, *T) or (C M, *T).

    Raises:
        ValueError: a weight that is not one filter a channel, or sizes that do not fit.

    Source: L. Sifre, "Rigid-motion scattering for image classification", 2014, section 6.2.

    >>> import torch
    >>> depthwise_conv(torch.randn(1, 4, 9, 9), torch.randn(8, 1, 3, 3), padding="same").shape
    torch.Size([1, 8, 9, 9])
    """
    channels = depthwise_channels(input, weight, "weight")
    return conv(
        input,
        weight,
        bias,
        stride,
        padding,
        dilation,
        channels,
        padding_mode=padding_mode,
        padding_value=padding_value,
        flip=flip,
        activation=activation,
    )


def depthwise_channels(input: Tensor, weight: Tensor, name: str) -> int:
    """Return the channels of the input, which the filters of a depthwise weight, called `name`, must fit."""
    check_rank(weight.shape, None)
    ndim = weight.ndim - 2
    if input.ndim not in {ndim + 1, ndim + 2}:
        raise ValueError(
            f"input must have {ndim + 2} dimensions (N, C and {ndim} spatial), or {ndim + 1} without a batch, for a "
            f"{name} of {tuple(weight.shape)}, but got {input.ndim}: {tuple(input.shape)}"
        )
    channels = input.shape[-ndim - 1]
    if weight.shape[1] != 1 or channels < 1 or weight.shape[0] % channels:
        raise ValueError(
            f"{name} must have shape (C M, 1, *K) with M filters for each of the {channels} channels of an input of "
            f"{tuple(input.shape)}, but got {tuple(weight.shape)}"
        )
    return channels
