"""Lp pooling of any rank."""

from math import inf

from torch import Tensor

from striate.engine import pooling
from striate.engine.norms import norm_type_argument, powers, root
from striate.functional.conv import Ints, PaddingLike
from striate.functional.pool_window import one_an_axis, pool_window


def lp_pool(
    input: Tensor,
    norm_type: float,
    kernel_size: Ints,
    stride: Ints | None = None,
    ceil_mode: bool = False,
    *,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
) -> Tensor:
    r"""Take the p-norm of each window, over as many axes as `kernel_size` has.

    $$y_o = \Bigl(\sum_t |x_{o \cdot stride - before + t \cdot dilation}|^p\Bigr)^{1/p}$$

    It is the norm of signed numbers for every p, and of the elements that a window has; `torch.nn.functional.lp_pool2d`
    sums x^p without the magnitude, and scales up a window that hangs over the end. Where the norm is 0, so is the
    gradient. The powers must be finite in the input's dtype: in float32 magnitudes up to 1e19 for p = 2.

    Args:
        input: (N, C, *S), real or complex; (C, *S) where `kernel_size` is a sequence.
        norm_type: p, above 0: 1 sums magnitudes, 2 is Euclid's norm, `math.inf` takes the largest magnitude.
        kernel_size: an int for every spatial axis of an (N, C, *S) input, or one an axis.
        stride: an int or one an axis; `kernel_size` if None.
        ceil_mode: let a last window hang over the end, if it starts inside the input or the padding before it.
        padding: as in `striate.functional.conv`, words and pairs included; it counts as 0.
        dilation: step between two taps, an int or one an axis.

    Returns:
        (N, C, *T).

    Raises:
        ValueError: sizes that do not fit, an unknown word, or a `norm_type` of 0 or less.

    Source: P. Sermanet, S. Chintala, Y. LeCun, "Convolutional neural networks applied to house numbers digit
    classification", 2012, equation 1 (with equal weights).

    >>> import torch
    >>> lp_pool(torch.tensor([[[3.0, -4.0, 0.0, 1.0]]]), 2, 2)
    tensor([[[5., 1.]]])
    """
    p = norm_type_argument(norm_type)
    geometry = pool_window(input, kernel_size, stride, padding, dilation)
    batched = input if input.ndim == geometry.ndim + 2 else input.unsqueeze(0)
    pool = pooling.largest_pool if p == inf else pooling.sum_pool
    pooled = root(pool(powers(batched, p), geometry, ceil_mode), p)
    return pooled if batched is input else pooled.squeeze(0)


def lp_pool1d(
    input: Tensor,
    norm_type: float,
    kernel_size: Ints,
    stride: Ints | None = None,
    ceil_mode: bool = False,
    *,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
) -> Tensor:
    """Apply `lp_pool` over one axis: input (N, C, L) or (C, L).

    >>> import torch
    >>> lp_pool1d(torch.randn(1, 3, 9), 2, 3).shape
    torch.Size([1, 3, 3])
    """
    kernel_size = one_an_axis(kernel_size, 1)
    return lp_pool(input, norm_type, kernel_size, stride, ceil_mode, padding=padding, dilation=dilation)


def lp_pool2d(
    input: Tensor,
    norm_type: float,
    kernel_size: Ints,
    stride: Ints | None = None,
    ceil_mode: bool = False,
    *,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
) -> Tensor:
    """Apply `lp_pool` over two axes: input (N, C, H, W) or (C, H, W).

    >>> import torch
    >>> lp_pool2d(torch.randn(1, 3, 9, 9), 3, 3, 2, padding="same").shape
    torch.Size([1, 3, 5, 5])
    """
    kernel_size = one_an_axis(kernel_size, 2)
    return lp_pool(input, norm_type, kernel_size, stride, ceil_mode, padding=padding, dilation=dilation)


def lp_pool3d(
    input: Tensor,
    norm_type: float,
    kernel_size: Ints,
    stride: Ints | None = None,
    ceil_mode: bool = False,
    *,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
) -> Tensor:
    """Apply `lp_pool` over three axes: input (N, C, D, H, W) or (C, D, H, W).

    >>> import torch
    >>> lp_pool3d(torch.randn(1, 3, 8, 8, 8), 2, 2).shape
    torch.Size([1, 3, 4, 4, 4])
    """
    kernel_size = one_an_axis(kernel_size, 3)
    return lp_pool(input, norm_type, kernel_size, stride, ceil_mode, padding=padding, dilation=dilation)
