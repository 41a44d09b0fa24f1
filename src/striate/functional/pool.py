"""Max, average and global pooling of any rank."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor

from striate.arithmetic import Geometry
from striate.arithmetic.arguments import integer, integers
from striate.engine import pooling
from striate.engine.arguments import pooling_geometry
from striate.functional.conv import Ints, PaddingLike

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
    """Take the maximum of each window, over as many axes as `kernel_size` has.

    Padding never wins. A NaN in the window does, the last one; among equal maxima the first wins, and takes the
    gradient.

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
    geometry = _geometry(input, kernel_size, stride, padding, dilation)
    if input.ndim == geometry.ndim + 1:
        values, indices = pooling.max_pool(input.unsqueeze(0), geometry, ceil_mode, return_indices)
        return values.squeeze(0) if indices is None else (values.squeeze(0), indices.squeeze(0))
    values, indices = pooling.max_pool(input, geometry, ceil_mode, return_indices)
    return values if indices is None else (values, indices)


def avg_pool(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    dilation: Ints = 1,
) -> Tensor:
    """Take the mean of each window, over as many axes as `kernel_size` has.

    Args:
        input: (N, C, *S); (C, *S) where `kernel_size` is a sequence.
        kernel_size: an int for every spatial axis of an (N, C, *S) input, or one an axis.
        stride: an int or one an axis; `kernel_size` if None.
        padding: as in `striate.functional.conv`, words and pairs included.
        ceil_mode: let a last window hang over the end, if it starts inside the input or the padding before it.
        count_include_pad: divide by the elements of input and padding in the window; if False, of the input alone.
            What hangs over by `ceil_mode` is never counted. A window that counts none gives 0.
        divisor_override: divide by this instead.
        dilation: step between two taps, an int or one an axis.

    Returns:
        (N, C, *T).

    Raises:
        ValueError: sizes that do not fit, an unknown word, or a `divisor_override` of 0.

    >>> import torch
    >>> avg_pool(torch.arange(5.0).reshape(1, 1, 5), 2, ceil_mode=True)
    tensor([[[0.5000, 2.5000, 4.0000]]])
    """
    geometry = _geometry(input, kernel_size, stride, padding, dilation)
    if divisor_override is not None and integer(divisor_override, "divisor_override") == 0:
        raise ValueError("divisor_override must not be 0")
    batched = input if input.ndim == geometry.ndim + 2 else input.unsqueeze(0)
    pooled = pooling.avg_pool(batched, geometry, ceil_mode, count_include_pad, divisor_override)
    return pooled if batched is input else pooled.squeeze(0)


def global_max_pool(input: Tensor, keepdim: bool = True) -> Tensor:
    """Take the maximum of each channel over all of space; equal maxima share the gradient.

    Args:
        input: (N, C, *S).
        keepdim: keep the spatial axes, of size 1.

    Returns:
        (N, C, 1, ...), or (N, C) without `keepdim`.

    Raises:
        ValueError: an input without spatial axes.

    >>> import torch
    >>> global_max_pool(torch.randn(2, 5, 7, 7)).shape
    torch.Size([2, 5, 1, 1])
    """
    return torch.amax(input, _spatial(input), keepdim)


def global_avg_pool(input: Tensor, keepdim: bool = True) -> Tensor:
    """Take the mean of each channel over all of space.

    Args:
        input: (N, C, *S).
        keepdim: keep the spatial axes, of size 1.

    Returns:
        (N, C, 1, ...), or (N, C) without `keepdim`.

    Raises:
        ValueError: an input without spatial axes.

    Source: M. Lin, Q. Chen, S. Yan, "Network in network", 2013, section 3.2.

    >>> import torch
    >>> global_avg_pool(torch.randn(2, 5, 7, 7), keepdim=False).shape
    torch.Size([2, 5])
    """
    return torch.mean(input, _spatial(input), keepdim)


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
    return max_pool(input, _axes(kernel_size, 1), stride, padding, dilation, ceil_mode, return_indices)


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
    return max_pool(input, _axes(kernel_size, 2), stride, padding, dilation, ceil_mode, return_indices)


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
    return max_pool(input, _axes(kernel_size, 3), stride, padding, dilation, ceil_mode, return_indices)


def avg_pool1d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    dilation: Ints = 1,
) -> Tensor:
    """Apply `avg_pool` over one axis: input (N, C, L) or (C, L).

    >>> import torch
    >>> avg_pool1d(torch.randn(1, 3, 9), 3, dilation=2).shape
    torch.Size([1, 3, 2])
    """
    kernel_size = _axes(kernel_size, 1)
    return avg_pool(
        input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, dilation=dilation
    )


def avg_pool2d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    dilation: Ints = 1,
) -> Tensor:
    """Apply `avg_pool` over two axes: input (N, C, H, W) or (C, H, W).

    >>> import torch
    >>> avg_pool2d(torch.randn(1, 3, 9, 9), 2, padding="same").shape
    torch.Size([1, 3, 5, 5])
    """
    kernel_size = _axes(kernel_size, 2)
    return avg_pool(
        input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, dilation=dilation
    )


def avg_pool3d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: PaddingLike = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    dilation: Ints = 1,
) -> Tensor:
    """Apply `avg_pool` over three axes: input (N, C, D, H, W) or (C, D, H, W).

    >>> import torch
    >>> avg_pool3d(torch.randn(1, 3, 8, 8, 8), 2).shape
    torch.Size([1, 3, 4, 4, 4])
    """
    kernel_size = _axes(kernel_size, 3)
    return avg_pool(
        input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, dilation=dilation
    )


def _geometry(input: Tensor, kernel_size: Ints, stride: Ints | None, padding: PaddingLike, dilation: Ints) -> Geometry:
    axes = input.ndim
    # The question for a tuple comes first: the one for a Sequence costs 0.2 us.
    of_sizes = type(kernel_size) is tuple or isinstance(kernel_size, Sequence)
    ndim = len(kernel_size) if of_sizes else axes - 2  # type: ignore[arg-type]
    if ndim < 1 or not ndim + 1 <= axes <= ndim + 2:
        expected = f"{ndim + 2} dimensions (N, C and {ndim} spatial), or {ndim + 1} without a batch"
        raise ValueError(
            f"input must have {expected if ndim > 0 else 'at least 3 dimensions (N, C, *S)'}, "
            f"but got {input.ndim}: {tuple(input.shape)}"
        )
    return pooling_geometry(ndim, kernel_size, kernel_size if stride is None else stride, padding, dilation)


def _axes(kernel_size: Ints, ndim: int) -> Ints:
    if isinstance(kernel_size, int):
        return (kernel_size,) * ndim
    return kernel_size if len(kernel_size) == ndim else integers(kernel_size, ndim, "kernel_size", 1)  # which refuses


def _spatial(input: Tensor) -> tuple[int, ...]:
    if input.ndim < 3:
        raise ValueError(f"input must have at least 3 dimensions (N, C, *S), but got {tuple(input.shape)}")
    return tuple(range(2, input.ndim))
