"""Min pooling of any rank."""

from torch import Tensor

from striate.functional.conv import Ints, PaddingLike
from striate.functional.max_pool import MaxPooled, max_pool
from striate.functional.pool_window import one_an_axis


def min_pool(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> MaxPooled:
    r"""Take the minimum of each window, over as many axes as `kernel_size` has.

    $$y_o = \min_t x_{o \cdot stride - before + t \cdot dilation} = -\max_t (-x)$$

    Everything is as in `max_pool`: padding never wins, the last NaN of a window does, and among equal minima the first
    wins and takes the gradient.

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
    >>> min_pool(torch.tensor([[[3.0, 1.0, 2.0, 5.0]]]), 2)
    tensor([[[1., 2.]]])
    """
    mirrored = _mirrored(input)
    pooled = max_pool(mirrored, kernel_size, stride, padding, dilation, ceil_mode, return_indices)
    return (_mirrored(pooled[0]), pooled[1]) if return_indices else _mirrored(pooled)


def min_pool1d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> MaxPooled:
    """Apply `min_pool` over one axis: input (N, C, L) or (C, L).

    >>> import torch
    >>> min_pool1d(torch.randn(1, 3, 9), 3).shape
    torch.Size([1, 3, 3])
    """
    return min_pool(input, one_an_axis(kernel_size, 1), stride, padding, dilation, ceil_mode, return_indices)


def min_pool2d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> MaxPooled:
    """Apply `min_pool` over two axes: input (N, C, H, W) or (C, H, W).

    >>> import torch
    >>> min_pool2d(torch.randn(1, 3, 9, 9), 3, stride=2, padding="same").shape
    torch.Size([1, 3, 5, 5])
    """
    return min_pool(input, one_an_axis(kernel_size, 2), stride, padding, dilation, ceil_mode, return_indices)


def min_pool3d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> MaxPooled:
    """Apply `min_pool` over three axes: input (N, C, D, H, W) or (C, D, H, W).

    >>> import torch
    >>> min_pool3d(torch.randn(1, 3, 8, 8, 8), 2).shape
    torch.Size([1, 3, 4, 4, 4])
    """
    return min_pool(input, one_an_axis(kernel_size, 3), stride, padding, dilation, ceil_mode, return_indices)


def _mirrored(values: Tensor) -> Tensor:
    """Reverse the order of values exactly; -x has no place for the least integer, nor for any unsigned one."""
    return -values if values.is_floating_point() else ~values
