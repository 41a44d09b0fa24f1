"""Convolution with several dilations in one weight."""

from collections.abc import Sequence

import torch
from torch import Tensor

from striate.arithmetic import Geometry, aligned_amounts, channel_runs, widest_dilation
from striate.arithmetic.arguments import integers
from striate.arithmetic.cost import groups_argument
from striate.engine.checks import check_rank
from striate.functional.conv import Ints, PaddingLike, conv


def mixed_dilation_conv(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    dilations: Sequence[Ints] = (1, 2, 4),
    stride: Ints = 1,
    padding: PaddingLike = "same",
    groups: int = 1,
    *,
    padding_mode: str | Sequence[str] = "zeros",
    padding_value: float = 0.0,
    flip: bool = False,
    activation: str | None = None,
) -> Tensor:
    r"""Convolve with a dilation for each block of output channels; the outputs of all are aligned and of one size.

    $$y[n, o, p] = b[o] + \sum_{c, t} w[o, c, t] \; x[n, c, p \cdot stride - before_j + t \cdot dilation_j],
    \qquad j = block(o)$$

    The output channels are divided in order, as evenly as can be, larger blocks first. `padding` is that of the widest
    window; the others keep their centres (under `"causal"` their last taps) where its is. At stride 1 a block is the
    `conv` of its own dilation with `padding="same"`.

    Args:
        input: (N, C, *S), or (C, *S) without a batch.
        weight: (O, C / groups, *K), of all blocks.
        bias: (O,), or None.
        dilations: one a block, each an int or one int an axis.
        stride: step between two outputs, an int or one an axis.
        padding: as for `striate.functional.conv`, and so are the arguments below.
        groups: channel groups. Output o sees the same inputs as it does in `conv`: with as many groups as channels each
            channel has one dilation; `channel_shuffle` mixes groups.
        padding_mode: border rule, or one an axis.
        padding_value: the value of `"constant"`.
        flip: convolve with the kernel reversed along every axis.
        activation: what the result goes through, or None.

    Returns:
        (N, O, *T) or (O, *T); T is that of the widest window.

    Raises:
        ValueError: no dilation, or more of them than output channels; sizes that do not fit.

    Source: F. Yu, V. Koltun, "Multi-scale context aggregation by dilated convolutions", 2016, equation 2, for each
    block; blocks of one layer as in M. Tan, Q. Le, "MixConv: Mixed depthwise convolutional kernels", 2019, section 3.

    >>> mixed_dilation_conv(torch.randn(1, 3, 9, 9), torch.randn(6, 3, 3, 3), dilations=(1, 2, 3)).shape
    torch.Size([1, 6, 9, 9])
    """
    check_rank(weight.shape, None)
    ndim, outputs = weight.ndim - 2, weight.shape[0]
    rates = dilations_argument(dilations, ndim, outputs)
    groups_argument(groups, weight.shape[1] * groups, outputs)
    if input.ndim not in {ndim + 1, ndim + 2} or input.shape[-ndim - 1] != weight.shape[1] * groups:
        raise ValueError(
            f"input must be (N, C, *S) or (C, *S) with {ndim} spatial axes and {weight.shape[1] * groups} channels for "
            f"a weight of {tuple(weight.shape)} with groups {groups}, but got {tuple(input.shape)}"
        )
    widest = Geometry.of(tuple(weight.shape[2:]), stride, padding, widest_dilation(rates), ndim=ndim)
    word = widest.padding if isinstance(widest.padding, str) else None
    windows = widest.windows(input.shape[-ndim:])
    parts = []
    for run in channel_runs(outputs, groups, len(rates)):
        rate = rates[run.block]
        first, seen = run.first_group * weight.shape[1], run.groups * weight.shape[1]
        amounts = tuple(
            aligned_amounts((window.before, window.after), window.kernel, window.dilation, own, word)
            for window, own in zip(windows, rate, strict=True)
        )
        parts.append(
            conv(
                input if run.groups == groups else input.narrow(-ndim - 1, first, seen),
                weight[run.start : run.stop],
                None if bias is None else bias[run.start : run.stop],
                widest.stride,
                amounts,
                rate,
                run.groups,
                padding_mode=padding_mode,
                padding_value=padding_value,
                flip=flip,
                activation=activation,
            )
        )
    return parts[0] if len(parts) == 1 else torch.cat(parts, dim=-ndim - 1)


def dilations_argument(value: object, ndim: int, out_channels: int) -> tuple[tuple[int, ...], ...]:
    """Normalise `dilations` to a tuple of ints, one an axis, for each block of at least one output channel."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise TypeError(f"dilations must be a sequence, one for each block of output channels, but got {value!r}")
    if not 1 <= len(value) <= out_channels:
        raise ValueError(
            f"dilations must be from 1 to {out_channels}, for at least one of the {out_channels} output channels each, "
            f"but got {len(value)}: {value}"
        )
    return tuple(integers(item, ndim, "dilations", 1) for item in value)
