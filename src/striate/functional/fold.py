"""Patches as columns, and columns added up to a signal again, of any rank."""

from collections.abc import Sequence
from math import prod

from torch import Tensor

from striate.arithmetic import Geometry, padding_mode_argument
from striate.arithmetic.arguments import integers
from striate.engine.arguments import pooling_geometry
from striate.engine.checks import check_input_rank
from striate.engine.patches import gather, scatter
from striate.functional.conv import Ints, PaddingLike


def unfold(
    input: Tensor,
    kernel_size: Ints,
    dilation: Ints = 1,
    padding: PaddingLike = 0,
    stride: Ints = 1,
    *,
    padding_mode: str | Sequence[str] = "zeros",
    padding_value: float = 0.0,
) -> Tensor:
    r"""Gather what each position of a window sees into a column: im2col, over any number of axes.

    $$y[n, (c, t), p] = x[n, c, p \cdot stride - before + t \cdot dilation]$$

    A convolution is then one product of matrices: `weight.flatten(1) @ unfold(input, ...)`.

    Args:
        input: (N, C, *S); (C, *S) where `kernel_size` is a sequence.
        kernel_size: taps, an int for every spatial axis of an (N, C, *S) input, or one an axis.
        dilation: step between two taps, an int or one an axis.
        padding: as in `striate.functional.conv`, words and pairs included.
        stride: step between two positions, an int or one an axis.
        padding_mode: border rule, or one an axis, as in `striate.functional.conv`.
        padding_value: the value of `"constant"`.

    Returns:
        (N, C * taps, positions), or without N; rows run over channels, then taps, and columns over positions, both with
        the last axis fastest, as in torch.

    Raises:
        ValueError: sizes that do not fit, or an unknown word.

    Source: K. Chellapilla, S. Puri, P. Simard, "High performance convolutional neural networks for document
    processing", 2006, section 3.

    >>> import torch
    >>> unfold(torch.randn(1, 3, 6, 6, 6), 2, stride=2).shape
    torch.Size([1, 24, 27])
    """
    ndim = len(kernel_size) if isinstance(kernel_size, Sequence) else input.ndim - 2
    geometry = pooling_geometry(ndim, kernel_size, stride, padding, dilation)
    modes = padding_mode_argument(padding_mode, ndim, padding_value=padding_value)
    check_input_rank(input.shape, ndim)
    if input.ndim == ndim + 1:
        return gather(input.unsqueeze(0), geometry, modes, padding_value).squeeze(0)
    return gather(input, geometry, modes, padding_value)


def fold(
    input: Tensor,
    output_size: Ints,
    kernel_size: Ints,
    dilation: Ints = 1,
    padding: PaddingLike = 0,
    stride: Ints = 1,
    *,
    padding_mode: str | Sequence[str] = "zeros",
) -> Tensor:
    """Add up columns where `unfold` took them from: col2im, its exact adjoint under every border rule.

    Args:
        input: (N, C * taps, positions), or (C * taps, positions).
        output_size: spatial size of the result, one an axis; an int for every axis of a `kernel_size` that is a
            sequence, or for two axes, as in torch.
        kernel_size: taps, an int or one an axis.
        dilation: step between two taps, an int or one an axis.
        padding: as in `striate.functional.conv`, words and pairs included.
        stride: step between two positions, an int or one an axis.
        padding_mode: border rule, or one an axis: what lies in the border is added to the element that stands there;
            with `"zeros"` and `"constant"` it is dropped.

    Returns:
        (N, C, *output_size), or without N.

    Raises:
        ValueError: rows that the taps do not divide, another number of columns than the window has positions, or an
            unknown word.

    >>> import torch
    >>> fold(unfold(torch.ones(1, 1, 4), 2), (4,), 2)
    tensor([[[1., 2., 2., 1.]]])
    """
    axes = next((len(sizes) for sizes in (output_size, kernel_size) if isinstance(sizes, Sequence)), 2)
    size = integers(output_size, axes, "output_size", 1)
    geometry = pooling_geometry(axes, kernel_size, stride, padding, dilation)
    modes = padding_mode_argument(padding_mode, axes)
    _check_columns(input, size, geometry)
    if input.ndim == 2:
        return scatter(input.unsqueeze(0), size, geometry, modes).squeeze(0)
    return scatter(input, size, geometry, modes)


def _check_columns(input: Tensor, size: Sequence[int], geometry: Geometry) -> None:
    shape = tuple(input.shape)
    if input.ndim not in {2, 3}:
        raise ValueError(
            f"input must have 3 dimensions (N, C * taps, positions), or 2 without a batch, but got {shape}"
        )
    taps, positions = prod(geometry.kernel), prod(geometry.output_size(size))
    if shape[-2] % taps:
        raise ValueError(
            f"input must have a multiple of {taps} rows for kernel_size {geometry.kernel}, but got {shape}"
        )
    if shape[-1] != positions:
        raise ValueError(
            f"input must have {positions} columns, one a position of the window in output_size {tuple(size)}, "
            f"but got {shape}"
        )
