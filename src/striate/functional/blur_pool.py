"""Blurred downsampling of any rank."""

from collections.abc import Sequence

import torch
from torch import Tensor

from striate.arithmetic.arguments import integers
from striate.arithmetic.binomial import binomial_filter
from striate.functional.conv import Ints, PaddingLike, conv
from striate.functional.pool_window import check_rank, one_an_axis


def blur_pool(
    input: Tensor,
    kernel_size: Ints = 3,
    stride: Ints = 2,
    padding: PaddingLike | None = None,
    *,
    padding_mode: str | Sequence[str] = "reflect",
) -> Tensor:
    r"""Blur each channel with a binomial filter, then subsample: what a stride alone lets alias is gone.

    $$y_o = 2^{1 - k} \sum_t \binom{k - 1}{t} \; x_{o \cdot stride - before + t}$$ along every axis.

    Args:
        input: (N, C, *S); (C, *S) where `kernel_size` is a sequence.
        kernel_size: k, taps of the filter, an int for every spatial axis of an (N, C, *S) input, or one an axis: 1
            blurs nothing, 2 is a box, 3 a triangle; the paper takes up to 7.
        stride: step between two outputs, an int or one an axis.
        padding: as in `striate.functional.conv`, words and pairs included; `(k - 1) // 2` before and `k // 2` after if
            None, which gives ceil(n / stride) outputs.
        padding_mode: border rule, or one an axis, as in `striate.functional.conv`.

    Returns:
        (N, C, *T).

    Raises:
        ValueError: ranks or sizes that do not fit, or an unknown word.

    Source: R. Zhang, "Making convolutional networks shift-invariant again", 2019, section 3.2.

    >>> import torch
    >>> blur_pool(torch.randn(1, 3, 9, 9), 5).shape
    torch.Size([1, 3, 5, 5])
    """
    ndim = len(kernel_size) if isinstance(kernel_size, Sequence) else input.ndim - 2
    check_rank(input, ndim)
    sizes = integers(kernel_size, ndim, "kernel_size", 1)
    amounts = tuple(((k - 1) // 2, k // 2) for k in sizes) if padding is None else padding
    weight = torch.ones((), dtype=input.dtype, device=input.device)
    for k in sizes:
        taps = torch.tensor(binomial_filter(k), dtype=input.dtype, device=input.device)
        weight = weight.unsqueeze(-1) * (taps / 2 ** (k - 1))
    channels = input.shape[-ndim - 1]
    weight = weight.repeat(channels, 1, *(1,) * ndim)
    return conv(input, weight, None, stride, amounts, groups=channels, padding_mode=padding_mode)


def blur_pool1d(
    input: Tensor,
    kernel_size: Ints = 3,
    stride: Ints = 2,
    padding: PaddingLike | None = None,
    *,
    padding_mode: str | Sequence[str] = "reflect",
) -> Tensor:
    """Apply `blur_pool` over one axis: input (N, C, L) or (C, L).

    >>> import torch
    >>> blur_pool1d(torch.randn(1, 3, 9)).shape
    torch.Size([1, 3, 5])
    """
    return blur_pool(input, one_an_axis(kernel_size, 1), stride, padding, padding_mode=padding_mode)


def blur_pool2d(
    input: Tensor,
    kernel_size: Ints = 3,
    stride: Ints = 2,
    padding: PaddingLike | None = None,
    *,
    padding_mode: str | Sequence[str] = "reflect",
) -> Tensor:
    """Apply `blur_pool` over two axes: input (N, C, H, W) or (C, H, W).

    >>> import torch
    >>> blur_pool2d(torch.randn(1, 3, 9, 9)).shape
    torch.Size([1, 3, 5, 5])
    """
    return blur_pool(input, one_an_axis(kernel_size, 2), stride, padding, padding_mode=padding_mode)


def blur_pool3d(
    input: Tensor,
    kernel_size: Ints = 3,
    stride: Ints = 2,
    padding: PaddingLike | None = None,
    *,
    padding_mode: str | Sequence[str] = "reflect",
) -> Tensor:
    """Apply `blur_pool` over three axes: input (N, C, D, H, W) or (C, D, H, W).

    >>> import torch
    >>> blur_pool3d(torch.randn(1, 3, 9, 9, 9)).shape
    torch.Size([1, 3, 5, 5, 5])
    """
    return blur_pool(input, one_an_axis(kernel_size, 3), stride, padding, padding_mode=padding_mode)
