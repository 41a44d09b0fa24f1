"""Transposed convolution of one to three axes, the adjoint of `conv`."""

from torch import Tensor

from striate.engine.checks import check_rank
from striate.engine.transposed import transposed_arguments, transposed_convolution
from striate.functional.conv import Ints


def conv_transpose(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Ints = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
) -> Tensor:
    r"""Spread each element of `input` by `weight`: the adjoint of `conv` with the same window.

    $$y[n, o, i \cdot stride - padding + t \cdot dilation] \mathrel{+}= \sum_c w[c, o, t] \; x[n, c, i]$$

    Args:
        input: (N, C, *S), or (C, *S) without a batch.
        weight: (C, O / groups, *K), of one to three axes.
        bias: (O,), or None.
        stride: step between the places of two inputs, an int or one an axis.
        padding: outputs left out on both sides, an int or one an axis.
        output_padding: outputs added after, an int or one an axis; smaller than the stride or the dilation.
        groups: channel groups.
        dilation: step between two taps, an int or one an axis.

    Returns:
        (N, O, *T) or (O, *T) with T = (S - 1) stride - 2 padding + dilation (K - 1) + output_padding + 1.

    Raises:
        ValueError: sizes, channels or ranks that do not fit; the message says what came and what was expected.
        TypeError: tensors of different dtypes.

    Source: V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning", 2016, chapter 4.

    >>> import torch
    >>> conv_transpose(torch.randn(1, 8, 5, 5), torch.randn(8, 3, 4, 4), stride=2, padding=1).shape
    torch.Size([1, 3, 10, 10])
    """
    if weight.ndim not in {3, 4, 5}:
        raise ValueError(f"weight must have 3 to 5 dimensions (C, O / groups, *K), but got {tuple(weight.shape)}")
    arguments = transposed_arguments(weight.shape[2:], stride, padding, output_padding, groups, dilation)
    return transposed_convolution(input, weight, bias, arguments)


def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Ints = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
) -> Tensor:
    """Apply `conv_transpose` over one axis: input (N, C, L), weight (C, O / groups, K).

    >>> import torch
    >>> conv_transpose1d(torch.randn(1, 2, 10), torch.randn(2, 4, 3)).shape
    torch.Size([1, 4, 12])
    """
    check_rank(weight.shape, 1)
    return conv_transpose(input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Ints = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
) -> Tensor:
    """Apply `conv_transpose` over two axes: input (N, C, H, W), weight (C, O / groups, KH, KW).

    >>> import torch
    >>> conv_transpose2d(torch.randn(1, 2, 5, 5), torch.randn(2, 4, 2, 2), stride=2).shape
    torch.Size([1, 4, 10, 10])
    """
    check_rank(weight.shape, 2)
    return conv_transpose(input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Ints = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
) -> Tensor:
    """Apply `conv_transpose` over three axes: input (N, C, D, H, W), weight (C, O / groups, KD, KH, KW).

    >>> import torch
    >>> conv_transpose3d(torch.randn(1, 2, 3, 4, 4), torch.randn(2, 1, 2, 2, 2), stride=2).shape
    torch.Size([1, 1, 6, 8, 8])
    """
    check_rank(weight.shape, 3)
    return conv_transpose(input, weight, bias, stride, padding, output_padding, groups, dilation)
