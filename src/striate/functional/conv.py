"""Convolution of any rank, under every padding and border rule."""

from collections.abc import Sequence

from torch import Tensor

from striate.engine.arguments import Asked
from striate.engine.convolution import convolution
from striate.engine.input_dilation import dilated_input_convolution

Ints = int | Sequence[int]
PaddingLike = str | int | Sequence[int] | Sequence[tuple[int, int]]


def conv(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    groups: int = 1,
    *,
    padding_mode: str | Sequence[str] = "zeros",
    padding_value: float = 0.0,
    flip: bool = False,
    input_dilation: Ints = 1,
    activation: str | None = None,
) -> Tensor:
    r"""Cross-correlate `input` with `weight` over as many axes as the weight has.

    $$y[n, o, p] = b[o] + \sum_{c, t} w[o, c, t] \; x[n, c, p \cdot stride - before + t \cdot dilation]$$

    Args:
        input: (N, C, *S), or (C, *S) without a batch; complex where the weight, real or complex, has its precision.
        weight: (O, C / groups, *K); K has the rank of S.
        bias: (O,), or None.
        stride: step between two outputs, an int or one an axis.
        padding: elements added around the input: an int; one int an axis; one (before, after) pair an axis, negative
            to crop; or a word: `"valid"` (none), `"same"` (ceil(n / stride) outputs, an odd element after),
            `"same_lower"` (before), `"full"` (every position that touches the input), `"causal"` (before only).
        dilation: step between two taps, an int or one an axis.
        groups: channel groups; group g of the output sees group g of the input only.
        padding_mode: what stands outside the input, one word or one an axis: `"zeros"`; `"constant"`
            (`padding_value`); `"mean"` (of the sample's channel over space); `"reflect"` (the edge not repeated);
            `"symmetric"` (the edge repeated); `"replicate"`; `"circular"`. Any amount works: signals bounce and wrap as
            often as needed. Where axes disagree about a corner, zeros beat the constant, and the constant the mean.
        padding_value: the value of `"constant"`.
        flip: convolve in the mathematician's sense, with the kernel reversed along every axis.
        input_dilation: step between two elements of the input, an int or one an axis: zeros stand between them (none
            after the last) before the window and the border rule see it. XLA's `lhs_dilation`, or a fractional stride.
        activation: what the result goes through: `"relu"`, `"relu6"`, `"silu"`, `"gelu"` (by the error function), or
            None. Our kernels apply it where they store a sum, which saves a pass over the output; where a gradient is
            recorded, `"silu"` and `"gelu"` are a pass of their own.

    Returns:
        (N, O, *T) or (O, *T); T is `striate.arithmetic.Geometry.output_size` of S. The memory format is torch's.

    Raises:
        ValueError: sizes, channels or ranks that do not fit, or an unknown word; the message says what came and what
            was expected.
        TypeError: tensors of different dtypes.

    Source: I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning", 2016, section 9.5.

    >>> import torch
    >>> conv(torch.randn(1, 3, 32, 32), torch.randn(8, 3, 5, 5), stride=2, padding="same").shape
    torch.Size([1, 8, 16, 16])
    """
    asked = (None, stride, padding, dilation, groups, padding_mode, padding_value, activation)
    return _conv(input, weight, bias, asked, input_dilation, flip)


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    groups: int = 1,
    *,
    padding_mode: str | Sequence[str] = "zeros",
    padding_value: float = 0.0,
    flip: bool = False,
    input_dilation: Ints = 1,
    activation: str | None = None,
) -> Tensor:
    """Apply `conv` over one axis: input (N, C, L), weight (O, C / groups, K).

    >>> import torch
    >>> conv1d(torch.randn(1, 2, 10), torch.randn(4, 2, 3), padding="causal").shape
    torch.Size([1, 4, 10])
    """
    asked = (1, stride, padding, dilation, groups, padding_mode, padding_value, activation)
    return _conv(input, weight, bias, asked, input_dilation, flip)


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    groups: int = 1,
    *,
    padding_mode: str | Sequence[str] = "zeros",
    padding_value: float = 0.0,
    flip: bool = False,
    input_dilation: Ints = 1,
    activation: str | None = None,
) -> Tensor:
    """Apply `conv` over two axes: input (N, C, H, W), weight (O, C / groups, KH, KW).

    >>> import torch
    >>> conv2d(torch.randn(1, 3, 8, 8), torch.randn(4, 3, 3, 3), padding=((0, 1), (2, 0))).shape
    torch.Size([1, 4, 7, 8])
    """
    asked = (2, stride, padding, dilation, groups, padding_mode, padding_value, activation)
    return _conv(input, weight, bias, asked, input_dilation, flip)


def conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    groups: int = 1,
    *,
    padding_mode: str | Sequence[str] = "zeros",
    padding_value: float = 0.0,
    flip: bool = False,
    input_dilation: Ints = 1,
    activation: str | None = None,
) -> Tensor:
    """Apply `conv` over three axes: input (N, C, D, H, W), weight (O, C / groups, KD, KH, KW).

    >>> import torch
    >>> conv3d(torch.randn(1, 1, 4, 8, 8), torch.randn(2, 1, 3, 3, 3), padding=1, padding_mode="circular").shape
    torch.Size([1, 2, 4, 8, 8])
    """
    asked = (3, stride, padding, dilation, groups, padding_mode, padding_value, activation)
    return _conv(input, weight, bias, asked, input_dilation, flip)


def _conv(input: Tensor, weight: Tensor, bias: Tensor | None, asked: Asked, input_dilation: Ints, flip: bool) -> Tensor:
    weight = flipped(weight) if flip else weight
    if input_dilation != 1:
        return dilated_input_convolution(input, weight, bias, input_dilation, asked)
    return convolution(input, weight, bias, asked)


def flipped(weight: Tensor) -> Tensor:
    """Reverse a kernel along every spatial axis."""
    return weight.flip(tuple(range(2, weight.ndim)))
