"""Partial convolution: over what is known of the input, renormalised by how much that is."""

from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor

from striate.arithmetic import padding_mode_argument
from striate.engine.checks import check_input_rank
from striate.functional.conv import Ints, PaddingLike, conv


def partial_conv(
    input: Tensor,
    weight: Tensor,
    mask: Tensor | None = None,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    groups: int = 1,
    *,
    padding_mode: str | Sequence[str] = "zeros",
    flip: bool = False,
) -> tuple[Tensor, Tensor]:
    r"""Convolve where `mask` is set, and scale each sum by the share of its window that is set.

    $$y_p = \frac{\sum 1}{\sum_t m_{p,t}} \, w^\top (x_p \odot m_p) + b \;\text{ if } \sum_t m_{p,t} > 0,
    \text{ else } 0; \qquad m'_p = [\sum_t m_{p,t} > 0]$$

    What the padding adds is unknown too, so that a mask of ones is partial convolution based padding; a border rule
    that copies elements copies their mask. What stands in the holes of the input, NaN included, is never read.

    Args:
        input: (N, C, *S), or (C, *S) without a batch.
        weight: (O, C / groups, *K).
        mask: (N, 1, *S) for all channels alike, or (N, C, *S); bool, or numbers of which 0 is a hole; without a batch
            as the input. None is a mask of ones.
        bias: (O,), or None.
        stride: step between two outputs, an int or one an axis.
        padding: as in `conv`: an int, one an axis, (before, after) pairs, or a word.
        dilation: step between two taps, an int or one an axis.
        groups: channel groups.
        padding_mode: `"zeros"`, `"reflect"`, `"symmetric"`, `"replicate"` or `"circular"`, or one an axis.
        flip: convolve with the kernel reversed along every axis.

    Returns:
        The output, (N, O, *T), and its mask for the next layer, of the dtype of `mask`: (N, 1, *T), or (N, O, *T) for
        a mask of all channels.

    Raises:
        ValueError: sizes, channels or ranks that do not fit, or an unknown word; the message says what came and what
            was expected.
        TypeError: tensors of different dtypes.

    Source: G. Liu et al., "Image inpainting for irregular holes using partial convolutions", 2018, equations 1 and 2;
    the padding, G. Liu et al., "Partial convolution based padding", 2018.

    >>> output, mask = partial_conv(torch.randn(1, 3, 8, 8), torch.randn(4, 3, 3, 3), torch.ones(1, 1, 8, 8))
    >>> output.shape, mask.shape
    (torch.Size([1, 4, 6, 6]), torch.Size([1, 1, 6, 6]))
    """
    if weight.ndim < 3:
        raise ValueError(f"weight must have at least 3 dimensions (O, C / groups, *K), but got {tuple(weight.shape)}")
    ndim = weight.ndim - 2
    modes = check_rules(padding_mode, ndim)
    check_input_rank(input.shape, ndim)
    if mask is None:
        mask = input.new_ones((*input.shape[: -ndim - 1], 1, *input.shape[-ndim:]))
    check_mask(mask, input, ndim)
    visible, window = mask != 0, (stride, padding, dilation)
    with torch.no_grad():
        known, whole = _known(visible, weight, window, groups, modes)
        new_mask = known > 0
        scale = torch.where(new_mask, whole / known.clamp(min=1), 0.0)
    sums = conv(torch.where(visible, input, 0.0), weight, None, *window, groups, padding_mode=modes, flip=flip)
    output = sums * scale.to(sums.dtype)
    if bias is not None:
        if tuple(bias.shape) != (weight.shape[0],):
            raise ValueError(f"bias must have shape {(weight.shape[0],)}, but got {tuple(bias.shape)}")
        output = output + bias.view(-1, *(1,) * ndim) * new_mask
    return output, new_mask.to(mask.dtype)


def check_rules(padding_mode: str | Sequence[str], ndim: int) -> tuple[str, ...]:
    """Normalise the border rules; ValueError for one that puts values where nothing is known."""
    modes = padding_mode_argument(padding_mode, ndim)
    if not {"constant", "mean"}.isdisjoint(modes):
        raise ValueError(
            f"padding_mode must be 'zeros' or a rule that copies elements, since a hole has no value, but got "
            f"{padding_mode!r}"
        )
    return modes


def check_mask(mask: Tensor, input: Tensor, ndim: int) -> None:
    """Raise a ValueError unless the mask has the input's shape, with its channels or 1."""
    expected = (*input.shape[: -ndim - 1], 1, *input.shape[-ndim:])
    if tuple(mask.shape) not in {expected, tuple(input.shape)}:
        raise ValueError(
            f"mask must have shape {expected}, or {tuple(input.shape)} for one a channel, but got {tuple(mask.shape)}"
        )


def _known(
    visible: Tensor, weight: Tensor, window: tuple[Ints, PaddingLike, Ints], groups: int, modes: Sequence[str]
) -> tuple[Tensor, int]:
    """Count what each output reads of the visible, and what it reads in all; float64, which autocast leaves alone."""
    ndim = weight.ndim - 2
    by_channel = visible.shape[-ndim - 1] > 1
    parts, channels = (groups, weight.shape[1]) if by_channel else (1, 1)
    ones = torch.ones(parts, channels, *weight.shape[2:], device=visible.device, dtype=torch.float64)
    known = conv(visible.double(), ones, None, *window, parts, padding_mode=modes)
    if by_channel:
        known = known.repeat_interleave(weight.shape[0] // groups, -ndim - 1)
    return known.round(), channels * prod(weight.shape[2:])  # whole numbers, whichever kernel counted
