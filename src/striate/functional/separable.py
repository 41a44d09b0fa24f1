"""Depthwise separable convolution: each channel filtered by itself, then channels mixed position by position."""

from collections.abc import Sequence

from torch import Tensor

from striate.arithmetic.arguments import integer
from striate.engine.activation import activated, activation_argument
from striate.engine.separable import fused_separable
from striate.functional.conv import Ints, PaddingLike, conv, flipped
from striate.functional.conv_transpose import conv_transpose
from striate.functional.depthwise import depthwise_channels, depthwise_conv

# Two kernels one after the other, not one. Counted at 128 channels, 3x3, 56x56, batch 8: the pointwise half has 411 of
# the 440 million multiply-adds, and takes 4.2 of 5.7 ms on two cores that could do no better than 3.5. Fusing saves the
# depthwise half's way through memory, 26 MB: on samples that stay in the caches it still takes 0.8 ms of its 1.5, so
# one kernel would need 5 ms, 1.15 times faster. One, two or four samples at a time, whose intermediate stays in a cache
# without a kernel of its own, took 6.9, 6.4 and 6.2 ms.


def separable_conv(
    input: Tensor,
    depthwise_weight: Tensor,
    pointwise_weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    *,
    depthwise_bias: Tensor | None = None,
    activation: str | None = None,
    padding_mode: str | Sequence[str] = "zeros",
    padding_value: float = 0.0,
    flip: bool = False,
) -> Tensor:
    r"""Filter each channel of `input` by itself, then mix the channels at each position.

    $$z[n, k, p] = f(a[k] + \sum_t d[k, t] \; x[n, k / M, p \cdot stride - before + t \cdot dilation])$$
    $$y[n, o, p] = b[o] + \sum_k w[o, k] \; z[n, k, p]$$

    Args:
        input: (N, C, *S), or (C, *S) without a batch.
        depthwise_weight: d, (C M, 1, *K); M filters a channel.
        pointwise_weight: w, (O, C M, 1, ...), a kernel of one tap.
        bias: b, (O,), or None.
        stride: step between two outputs, an int or one an axis.
        padding: as for `striate.functional.conv`, and so are `dilation`, `padding_mode`, `padding_value` and `flip`.
        dilation: step between two taps, an int or one an axis.
        depthwise_bias: a, (C M,), or None.
        activation: f, one of those of `striate.functional.conv`, or None.
        padding_mode: border rule, or one an axis.
        padding_value: the value of `"constant"`.
        flip: filter with the depthwise kernels reversed along every axis.

    Returns:
        (N, O, *T) or (O, *T).

    Raises:
        ValueError: weights that do not fit the input or each other.

    Source: F. Chollet, "Xception: Deep learning with depthwise separable convolutions", 2017, section 2.

    >>> import torch
    >>> separable_conv(torch.randn(1, 4, 9, 9), torch.randn(8, 1, 3, 3), torch.randn(6, 8, 1, 1), padding=1).shape
    torch.Size([1, 6, 9, 9])
    """
    _check_pair(depthwise_weight, pointwise_weight)
    channels = depthwise_channels(input, depthwise_weight, "depthwise_weight")
    taps = flipped(depthwise_weight) if flip else depthwise_weight
    asked = (stride, padding, dilation, channels, padding_mode, padding_value, activation)
    fused = fused_separable(input, taps, pointwise_weight, (depthwise_bias, bias), asked)
    if fused is not None:
        return fused
    filtered = depthwise_conv(
        input,
        depthwise_weight,
        depthwise_bias,
        stride,
        padding,
        dilation,
        padding_mode=padding_mode,
        padding_value=padding_value,
        flip=flip,
        activation=activation,
    )
    return conv(filtered, pointwise_weight, bias)


def separable_conv_transpose(
    input: Tensor,
    depthwise_weight: Tensor,
    pointwise_weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: PaddingLike = 0,
    output_padding: Ints = 0,
    dilation: Ints = 1,
    *,
    multiplier: int = 1,
    pointwise_bias: Tensor | None = None,
    activation: str | None = None,
    padding_mode: str | Sequence[str] = "zeros",
    output_size: Sequence[int] | None = None,
    flip: bool = False,
) -> Tensor:
    r"""Mix the channels at each position, then spread each by itself: the adjoint of `separable_conv`.

    $$z[n, k, i] = f(a[k] + \sum_o w[o, k] \; x[n, o, i])$$
    $$y[n, c, e(i \cdot stride - before + t \cdot dilation)] \mathrel{+}= \sum_{k / M = c} d[k, t] \; z[n, k, i]$$

    With the same weights and window, and neither biases nor activation, it is the exact adjoint. Channels are mixed
    first, on the smaller signal. `striate.functional.conv_transpose` says what e(p) is.

    Args:
        input: (N, O, *S), or (O, *S) without a batch.
        depthwise_weight: d, (C M, 1, *K); M filters for each of the C channels of the output.
        pointwise_weight: w, (O, C M, 1, ...).
        bias: (C,), or None.
        stride: step between the places of two inputs, an int or one an axis.
        padding: outputs left out, as for `striate.functional.conv_transpose`, and so are `output_padding`, `dilation`,
            `padding_mode` and `output_size`.
        output_padding: outputs added after, an int or one an axis.
        dilation: step between two taps, an int or one an axis.
        multiplier: M.
        pointwise_bias: a, (C M,), or None.
        activation: f, one of those of `striate.functional.conv`, or None.
        padding_mode: border rule, or one an axis.
        output_size: spatial size of the output in place of `output_padding`, or None.
        flip: spread by the depthwise kernels reversed along every axis.

    Returns:
        (N, C, *T) or (C, *T).

    Raises:
        ValueError: weights that do not fit the input or each other.

    Source: the adjoint of F. Chollet, "Xception: Deep learning with depthwise separable convolutions", 2017, section 2.

    >>> import torch
    >>> weights = torch.randn(8, 1, 4, 4), torch.randn(6, 8, 1, 1)
    >>> separable_conv_transpose(torch.randn(1, 6, 5, 5), *weights, stride=2, padding=1).shape
    torch.Size([1, 8, 10, 10])
    """
    _check_pair(depthwise_weight, pointwise_weight)
    activation_argument(activation)
    multiplier, filters = integer(multiplier, "multiplier", 1), depthwise_weight.shape[0]
    if filters % multiplier:
        raise ValueError(f"depthwise_weight has {filters} filters, which multiplier {multiplier} does not divide")
    groups = filters // multiplier
    mixed = activated(conv_transpose(input, pointwise_weight, pointwise_bias), activation)
    return conv_transpose(
        mixed,
        depthwise_weight,
        bias,
        stride,
        padding,
        output_padding,
        groups,
        dilation,
        padding_mode=padding_mode,
        output_size=output_size,
        flip=flip,
    )


def _check_pair(depthwise: Tensor, pointwise: Tensor) -> None:
    expected = (pointwise.shape[0], depthwise.shape[0], *(1,) * (depthwise.ndim - 2))
    if tuple(pointwise.shape) != expected:
        raise ValueError(
            f"pointwise_weight must have shape (O, {', '.join(map(str, expected[1:]))}) for a depthwise_weight of "
            f"{tuple(depthwise.shape)}, but got {tuple(pointwise.shape)}"
        )
