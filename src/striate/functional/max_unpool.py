"""Max unpooling of any rank."""

from collections.abc import Sequence

import torch
from torch import Tensor

from striate.arithmetic.unpooling import unpooled_size
from striate.engine import unpooling
from striate.functional.conv import Ints, PaddingLike
from striate.functional.pool_window import one_an_axis, pool_window


def max_unpool(
    input: Tensor,
    indices: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    output_size: Sequence[int] | None = None,
    *,
    dilation: Ints = 1,
) -> Tensor:
    """Put each element back where max pooling found it, with zeros elsewhere.

    Where indices repeat, as those of overlapping windows do, the last element in row-major order stands, and what does
    not stand takes no gradient.

    Args:
        input: (N, C, *T), what came from `max_pool`; (C, *T) where `kernel_size` is a sequence.
        indices: int64, of the same shape: the places, flat within the spatial plane of the output, as `max_pool`
            returns them.
        kernel_size: that of the pooling, an int for every spatial axis of an (N, C, *T) input, or one an axis.
        stride: that of the pooling, an int or one an axis; `kernel_size` if None.
        padding: that of the pooling, words and pairs included.
        output_size: spatial size S of the output, one an axis, or the whole shape; a pooling with this window must
            make T of it. None: the size that the windows cover, or with `"same"` T times the stride.
        dilation: that of the pooling, an int or one an axis.

    Returns:
        (N, C, *S).

    Raises:
        ValueError: sizes that do not fit; the possible ones are given. Indices of another shape, or out of range, where
            they can be looked at: on the CPU and outside of a trace.
        TypeError: indices that are not int64.

    Source: M. Zeiler, R. Fergus, "Visualizing and understanding convolutional networks", 2014, section 2.1.

    >>> import torch
    >>> from striate.functional import max_pool
    >>> values, indices = max_pool(torch.tensor([[[1.0, 3.0, 4.0, 2.0, 5.0]]]), 2, return_indices=True)
    >>> max_unpool(values, indices, 2, output_size=(5,))
    tensor([[[0., 3., 4., 0., 0.]]])
    """
    if indices.dtype != torch.int64:
        raise TypeError(f"indices must be int64, but got {indices.dtype}; max_pool returns them with return_indices")
    if indices.shape != input.shape:
        raise ValueError(f"indices must have the input's shape {tuple(input.shape)}, but got {tuple(indices.shape)}")
    geometry = pool_window(input, kernel_size, stride, padding, dilation)
    size = unpooled_size(geometry, tuple(input.shape[-geometry.ndim :]), spatial_size(output_size, geometry.ndim))
    if input.ndim == geometry.ndim + 1:
        return unpooling.max_unpool(input.unsqueeze(0), indices.unsqueeze(0), size).squeeze(0)
    return unpooling.max_unpool(input, indices, size)


def max_unpool1d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    output_size: Sequence[int] | None = None,
    *,
    dilation: Ints = 1,
) -> Tensor:
    """Apply `max_unpool` over one axis: input (N, C, L) or (C, L).

    >>> import torch
    >>> from striate.functional import max_pool1d
    >>> max_unpool1d(*max_pool1d(torch.randn(1, 3, 8), 2, return_indices=True), 2).shape
    torch.Size([1, 3, 8])
    """
    kernel_size = one_an_axis(kernel_size, 1)
    return max_unpool(input, indices, kernel_size, stride, padding, output_size, dilation=dilation)


def max_unpool2d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    output_size: Sequence[int] | None = None,
    *,
    dilation: Ints = 1,
) -> Tensor:
    """Apply `max_unpool` over two axes: input (N, C, H, W) or (C, H, W).

    >>> import torch
    >>> from striate.functional import max_pool2d
    >>> max_unpool2d(*max_pool2d(torch.randn(1, 3, 8, 8), 2, return_indices=True), 2).shape
    torch.Size([1, 3, 8, 8])
    """
    kernel_size = one_an_axis(kernel_size, 2)
    return max_unpool(input, indices, kernel_size, stride, padding, output_size, dilation=dilation)


def max_unpool3d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    output_size: Sequence[int] | None = None,
    *,
    dilation: Ints = 1,
) -> Tensor:
    """Apply `max_unpool` over three axes: input (N, C, D, H, W) or (C, D, H, W).

    >>> import torch
    >>> from striate.functional import max_pool3d
    >>> max_unpool3d(*max_pool3d(torch.randn(1, 3, 8, 8, 8), 2, return_indices=True), 2).shape
    torch.Size([1, 3, 8, 8, 8])
    """
    kernel_size = one_an_axis(kernel_size, 3)
    return max_unpool(input, indices, kernel_size, stride, padding, output_size, dilation=dilation)


def spatial_size(output_size: Sequence[int] | None, ndim: int) -> Sequence[int] | None:
    """Return the spatial part of a size that may be a whole shape, as torch takes it."""
    return output_size[2:] if output_size is not None and len(output_size) == ndim + 2 else output_size
