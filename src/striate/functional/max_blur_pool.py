"""Max pooling that aliases less, of any rank."""

from collections.abc import Sequence

from torch import Tensor

from striate.arithmetic.arguments import integers
from striate.functional.blur_pool import blur_pool
from striate.functional.conv import Ints, PaddingLike
from striate.functional.max_pool import max_pool
from striate.functional.pool_window import check_rank, one_an_axis


def max_blur_pool(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    *,
    blur_size: Ints = 3,
    padding_mode: str | Sequence[str] = "reflect",
) -> Tensor:
    """Take the maximum of each window at every position, then blur and subsample: max pooling that aliases less.

    Args:
        input: (N, C, *S); (C, *S) where `kernel_size` is a sequence.
        kernel_size: window of the maximum, an int for every spatial axis of an (N, C, *S) input, or one an axis.
        stride: step of the subsampling, an int or one an axis; `kernel_size` if None.
        padding: of the maximum, as in `max_pool`.
        dilation: of the maximum, an int or one an axis.
        blur_size: taps of the binomial filter, an int or one an axis.
        padding_mode: border rule of the blur.

    Returns:
        (N, C, *T).

    Raises:
        ValueError: ranks or sizes that do not fit, or an unknown word.

    Source: R. Zhang, "Making convolutional networks shift-invariant again", 2019, equation 7.

    >>> import torch
    >>> max_blur_pool(torch.randn(1, 3, 8, 8), 2).shape
    torch.Size([1, 3, 4, 4])
    """
    ndim = len(kernel_size) if isinstance(kernel_size, Sequence) else input.ndim - 2
    check_rank(input, ndim)
    step = integers(kernel_size if stride is None else stride, ndim, "stride", 1)
    blur = integers(blur_size, ndim, "blur_size", 1)
    return blur_pool(max_pool(input, kernel_size, 1, padding, dilation), blur, step, padding_mode=padding_mode)


def max_blur_pool1d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    *,
    blur_size: Ints = 3,
    padding_mode: str | Sequence[str] = "reflect",
) -> Tensor:
    """Apply `max_blur_pool` over one axis: input (N, C, L) or (C, L).

    >>> import torch
    >>> max_blur_pool1d(torch.randn(1, 3, 9), 2).shape
    torch.Size([1, 3, 4])
    """
    kernel_size = one_an_axis(kernel_size, 1)
    return max_blur_pool(input, kernel_size, stride, padding, dilation, blur_size=blur_size, padding_mode=padding_mode)


def max_blur_pool2d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    *,
    blur_size: Ints = 3,
    padding_mode: str | Sequence[str] = "reflect",
) -> Tensor:
    """Apply `max_blur_pool` over two axes: input (N, C, H, W) or (C, H, W).

    >>> import torch
    >>> max_blur_pool2d(torch.randn(1, 3, 9, 9), 2).shape
    torch.Size([1, 3, 4, 4])
    """
    kernel_size = one_an_axis(kernel_size, 2)
    return max_blur_pool(input, kernel_size, stride, padding, dilation, blur_size=blur_size, padding_mode=padding_mode)


def max_blur_pool3d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    *,
    blur_size: Ints = 3,
    padding_mode: str | Sequence[str] = "reflect",
) -> Tensor:
    """Apply `max_blur_pool` over three axes: input (N, C, D, H, W) or (C, D, H, W).

    >>> import torch
    >>> max_blur_pool3d(torch.randn(1, 3, 9, 9, 9), 2).shape
    torch.Size([1, 3, 4, 4, 4])
    """
    kernel_size = one_an_axis(kernel_size, 3)
    return max_blur_pool(input, kernel_size, stride, padding, dilation, blur_size=blur_size, padding_mode=padding_mode)
