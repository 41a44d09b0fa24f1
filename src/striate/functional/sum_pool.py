"""Sum pooling of any rank."""

from torch import Tensor

from striate.engine import pooling
from striate.functional.conv import Ints, PaddingLike
from striate.functional.pool_window import one_an_axis, pool_window


def sum_pool(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
) -> Tensor:
    r"""Sum each window, over as many axes as `kernel_size` has.

    $$y_o = \sum_t x_{o \cdot stride - before + t \cdot dilation}$$

    Args:
        input: (N, C, *S) of any dtype, integers adding up in their own; (C, *S) where `kernel_size` is a sequence.
        kernel_size: an int for every spatial axis of an (N, C, *S) input, or one an axis.
        stride: an int or one an axis; `kernel_size` if None.
        padding: as in `striate.functional.conv`, words and pairs included; it counts as 0.
        dilation: step between two taps, an int or one an axis.
        ceil_mode: let a last window hang over the end, if it starts inside the input or the padding before it.

    Returns:
        (N, C, *T).

    Raises:
        ValueError: sizes that do not fit, or an unknown word.

    >>> import torch
    >>> sum_pool(torch.arange(5.0).reshape(1, 1, 5), 2, ceil_mode=True)
    tensor([[[1., 5., 4.]]])
    """
    geometry = pool_window(input, kernel_size, stride, padding, dilation)
    if input.ndim == geometry.ndim + 1:
        return pooling.sum_pool(input.unsqueeze(0), geometry, ceil_mode).squeeze(0)
    return pooling.sum_pool(input, geometry, ceil_mode)


def sum_pool1d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """Apply `sum_pool` over one axis: input (N, C, L) or (C, L).

    >>> import torch
    >>> sum_pool1d(torch.randn(1, 3, 9), 3, 1, "causal").shape
    torch.Size([1, 3, 9])
    """
    return sum_pool(input, one_an_axis(kernel_size, 1), stride, padding, dilation, ceil_mode)


def sum_pool2d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """Apply `sum_pool` over two axes: input (N, C, H, W) or (C, H, W).

    >>> import torch
    >>> sum_pool2d(torch.randn(1, 3, 9, 9), 3, dilation=2).shape
    torch.Size([1, 3, 2, 2])
    """
    return sum_pool(input, one_an_axis(kernel_size, 2), stride, padding, dilation, ceil_mode)


def sum_pool3d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """Apply `sum_pool` over three axes: input (N, C, D, H, W) or (C, D, H, W).

    >>> import torch
    >>> sum_pool3d(torch.randn(1, 3, 8, 8, 8), 2).shape
    torch.Size([1, 3, 4, 4, 4])
    """
    return sum_pool(input, one_an_axis(kernel_size, 3), stride, padding, dilation, ceil_mode)
