"""Unpooling without indices, of any rank."""

from collections.abc import Sequence
from math import prod

from torch import Tensor

from striate.arithmetic import Geometry
from striate.arithmetic.arguments import choice
from striate.arithmetic.unpooling import unpooled_size
from striate.engine import unpooling
from striate.functional.conv import Ints, PaddingLike
from striate.functional.max_unpool import spatial_size
from striate.functional.pool_window import one_an_axis, pool_window

UNPOOL_MODES = ("nearest", "corner", "average")


def unpool(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    mode: str = "nearest",
    *,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Spread each element over the window that it stands for.

    `"nearest"` copies it to every place of the window, the adjoint of `sum_pool`; `"corner"` puts it at the window's
    first place, with zeros elsewhere, the adjoint of subsampling; `"average"` gives every place the element divided by
    the window's size, the adjoint of `avg_pool`. Where windows overlap, what they give adds up; places of none are 0.

    Args:
        input: (N, C, *T); (C, *T) where `kernel_size` is a sequence.
        kernel_size: that of the pooling, an int for every spatial axis of an (N, C, *T) input, or one an axis.
        stride: that of the pooling, an int or one an axis; `kernel_size` if None.
        mode: `"nearest"`, `"corner"` or `"average"`.
        padding: that of the pooling, words and pairs included; what falls there is left out.
        dilation: that of the pooling, an int or one an axis.
        output_size: spatial size S of the output, one an axis, or the whole shape; a pooling with this window must
            make T of it. None: the size that the windows cover, or with `"same"` T times the stride.

    Returns:
        (N, C, *S).

    Raises:
        ValueError: sizes that do not fit; the possible ones are given. An unknown mode.

    Source: `"corner"`: A. Dosovitskiy, J. Springenberg, T. Brox, "Learning to generate chairs with convolutional neural
    networks", 2015, section 3.2.

    >>> import torch
    >>> unpool(torch.tensor([[[6.0, 2.0]]]), 2), unpool(torch.tensor([[[6.0, 2.0]]]), 2, mode="corner")
    (tensor([[[6., 6., 2., 2.]]]), tensor([[[6., 0., 2., 0.]]]))
    """
    choice(mode, UNPOOL_MODES, "mode")
    geometry = pool_window(input, kernel_size, stride, padding, dilation)
    size = unpooled_size(geometry, tuple(input.shape[-geometry.ndim :]), spatial_size(output_size, geometry.ndim))
    batched = input if input.ndim == geometry.ndim + 2 else input.unsqueeze(0)
    divisor = prod(geometry.kernel) if mode == "average" else 1
    if mode == "corner":
        geometry = _first_places(geometry, batched.shape[2:], size)
    output = unpooling.sum_unpool(batched, geometry, size, divisor)
    return output if input.ndim == geometry.ndim + 2 else output.squeeze(0)


def unpool1d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    mode: str = "nearest",
    *,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Apply `unpool` over one axis: input (N, C, L) or (C, L).

    >>> import torch
    >>> unpool1d(torch.randn(1, 3, 4), 2, mode="average").shape
    torch.Size([1, 3, 8])
    """
    kernel_size = one_an_axis(kernel_size, 1)
    return unpool(input, kernel_size, stride, mode, padding=padding, dilation=dilation, output_size=output_size)


def unpool2d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    mode: str = "nearest",
    *,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Apply `unpool` over two axes: input (N, C, H, W) or (C, H, W).

    >>> import torch
    >>> unpool2d(torch.randn(1, 3, 4, 4), 2, mode="average").shape
    torch.Size([1, 3, 8, 8])
    """
    kernel_size = one_an_axis(kernel_size, 2)
    return unpool(input, kernel_size, stride, mode, padding=padding, dilation=dilation, output_size=output_size)


def unpool3d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    mode: str = "nearest",
    *,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Apply `unpool` over three axes: input (N, C, D, H, W) or (C, D, H, W).

    >>> import torch
    >>> unpool3d(torch.randn(1, 3, 4, 4, 4), 2, mode="average").shape
    torch.Size([1, 3, 8, 8, 8])
    """
    kernel_size = one_an_axis(kernel_size, 3)
    return unpool(input, kernel_size, stride, mode, padding=padding, dilation=dilation, output_size=output_size)


def _first_places(geometry: Geometry, inputs: Sequence[int], size: Sequence[int]) -> Geometry:
    """The window's first tap alone, with as many positions."""
    amounts = tuple(
        (window.before, min(window.after, (count - 1) * window.stride + 1 - window.before - n))
        for window, count, n in zip(geometry.windows(size), inputs, size, strict=True)
    )
    return Geometry((1,) * geometry.ndim, geometry.stride, (1,) * geometry.ndim, amounts)
