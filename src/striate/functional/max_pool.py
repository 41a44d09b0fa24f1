"""Max pooling of any rank."""

from typing import Any, TypeAlias

from torch import Tensor

from striate.engine import pooling
from striate.functional.conv import Ints, PaddingLike
from striate.functional.pool_window import one_an_axis, pool_window

# A tensor, or with `return_indices` a pair of them; the union would burden every caller, as in torch.
MaxPooled: TypeAlias = Any


def max_pool(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> MaxPooled:
    r"""Take the maximum of each window, over as many axes as `kernel_size` has.

    $$y_o = \max_t x_{o \cdot stride - before + t \cdot dilation}$$

    Padding never wins. A NaN in the window does, the last one; among equal maxima the first wins, and takes the
    gradient. With a stride below the kernel size the windows overlap (A. Krizhevsky, I. Sutskever, G. Hinton, "ImageNet
    classification with deep convolutional neural networks", 2012, section 3.4).

    Args:
        input: (N, C, *S); (C, *S) where `kernel_size` is a sequence.
        kernel_size: an int for every spatial axis of an (N, C, *S) input, or one an axis.
        stride: an int or one an axis; `kernel_size` if None.
        padding: as in `striate.functional.conv`, words and pairs included; any amount with which every window still
            reads an element of the input.
        dilation: step between two taps, an int or one an axis.
        ceil_mode: let a last window hang over the end, if it starts inside the input or the padding before it.
        return_indices: return the winners' places as well.

    Returns:
        (N, C, *T); with `return_indices` the pair of it and the int64 indices of the winners, flat within the
        unpadded spatial plane.

    Raises:
        ValueError: sizes that do not fit, an unknown word, or a window that lies wholly in the padding.

    >>> import torch
    >>> max_pool(torch.randn(1, 3, 7, 7), 3, stride=2, padding="same").shape
    torch.Size([1, 3, 4, 4])
    """
    geometry = pool_window(input, kernel_size, stride, padding, dilation)
    if input.ndim == geometry.ndim + 1:
        values, indices = pooling.max_pool(input.unsqueeze(0), geometry, ceil_mode, return_indices)
        return values.squeeze(0) if indices is None else (values.squeeze(0), indices.squeeze(0))
    values, indices = pooling.max_pool(input, geometry, ceil_mode, return_indices)
    return values if indices is None else (values, indices)


def max_pool1d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> MaxPooled:
    """Apply `max_pool` over one axis: input (N, C, L) or (C, L).

    >>> import torch
    >>> max_pool1d(torch.randn(1, 3, 9), 3).shape
    torch.Size([1, 3, 3])
    """
    return max_pool(input, one_an_axis(kernel_size, 1), stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> MaxPooled:
    """Apply `max_pool` over two axes: input (N, C, H, W) or (C, H, W).

    >>> import torch
    >>> max_pool2d(torch.randn(1, 3, 9, 9), 3, padding=((0, 2), (1, 0)), dilation=2).shape
    torch.Size([1, 3, 3, 2])
    """
    return max_pool(input, one_an_axis(kernel_size, 2), stride, padding, dilation, ceil_mode, return_indices)


def max_pool3d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> MaxPooled:
    """Apply `max_pool` over three axes: input (N, C, D, H, W) or (C, D, H, W).

    >>> import torch
    >>> max_pool3d(torch.randn(1, 3, 8, 8, 8), 2).shape
    torch.Size([1, 3, 4, 4, 4])
    """
    return max_pool(input, one_an_axis(kernel_size, 3), stride, padding, dilation, ceil_mode, return_indices)
