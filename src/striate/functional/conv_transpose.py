"""Transposed convolution of any rank, the adjoint of `conv` under every padding and border rule."""

from collections.abc import Sequence

from torch import Tensor

from striate.engine.checks import check_input_rank, check_rank
from striate.engine.transposed import transposed_convolution
from striate.engine.transposed_arguments import transposed_arguments
from striate.functional.conv import Ints, PaddingLike, flipped


def conv_transpose(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: PaddingLike = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
    *,
    padding_mode: str | Sequence[str] = "zeros",
    output_size: Sequence[int] | None = None,
    flip: bool = False,
) -> Tensor:
    r"""Spread each element of `input` by `weight`: the exact adjoint of `conv` with the same window and border rule.

    $$y[n, o, e(i \cdot stride - before + t \cdot dilation)] \mathrel{+}= \sum_c w[c, o, t] \; x[n, c, i]$$

    Here e(p) is p inside the output. Outside it is the element that the border rule puts there in `conv`'s input: what
    falls there is folded back onto it. With zeros it is left out.

    Args:
        input: (N, C, *S), or (C, *S) without a batch; complex where the weight, real or complex, has its precision.
        weight: (C, O / groups, *K), as `conv` takes it for the way back; K has the rank of S.
        bias: (O,), or None; added to every output.
        stride: step between the places of two inputs, an int or one an axis.
        padding: outputs left out (with a border rule, folded back): an int; one int an axis; one (before, after) pair
            an axis, negative to add some; or a word, which is that of the convolution back to the input:
            `"valid"` (all that the input reaches), `"full"` (what it reaches with the whole kernel);
            `"same"` and `"same_lower"` (size x stride outputs, TensorFlow's and Keras's); `"causal"` (size x stride,
            the adjoint of a causal convolution: an output reads its own and later inputs. A decoder that reads
            none ahead crops after instead: `((0, dilation * (K - 1) + 1 - stride),)`).
        output_padding: outputs added after, an int or one an axis, smaller than the stride or the dilation. They are
            no zeros: taps may reach them.
        groups: channel groups.
        dilation: step between two taps, an int or one an axis.
        padding_mode: border rule, or one an axis; `striate.functional.conv` says what they are. `"constant"` is
            transposed as `"zeros"`, its linear part.
        output_size: spatial size of the output, one of those which the convolution turns into S; it replaces
            `output_padding`. None for the smallest with amounts, size x stride with words.
        flip: spread by the kernel reversed along every axis, the adjoint of `conv` with `flip`.

    Returns:
        (N, O, *T) or (O, *T); T is `striate.arithmetic.Geometry.transposed_size` of S, with amounts
        (S - 1) stride - before - after + dilation (K - 1) + output_padding + 1.

    Raises:
        ValueError: sizes, channels or ranks that do not fit, or an unknown word; the message says what came and what
            was expected.
        TypeError: tensors of different dtypes.

    Source: V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning", 2016, chapter 4.

    >>> import torch
    >>> conv_transpose(torch.randn(1, 8, 5, 5), torch.randn(8, 3, 4, 4), stride=2, padding=1).shape
    torch.Size([1, 3, 10, 10])
    >>> conv_transpose(torch.randn(1, 8, 5, 5), torch.randn(8, 3, 3, 3), stride=2, padding="same").shape
    torch.Size([1, 3, 10, 10])
    """
    window = (stride, padding, output_padding, groups, dilation, padding_mode)
    return _transpose(None, input, weight, bias, window, output_size, flip)


def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: PaddingLike = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
    *,
    padding_mode: str | Sequence[str] = "zeros",
    output_size: Sequence[int] | None = None,
    flip: bool = False,
) -> Tensor:
    """Apply `conv_transpose` over one axis: input (N, C, L), weight (C, O / groups, K).

    >>> import torch
    >>> conv_transpose1d(torch.randn(1, 2, 10), torch.randn(2, 4, 3)).shape
    torch.Size([1, 4, 12])
    """
    window = (stride, padding, output_padding, groups, dilation, padding_mode)
    return _transpose(1, input, weight, bias, window, output_size, flip)


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: PaddingLike = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
    *,
    padding_mode: str | Sequence[str] = "zeros",
    output_size: Sequence[int] | None = None,
    flip: bool = False,
) -> Tensor:
    """Apply `conv_transpose` over two axes: input (N, C, H, W), weight (C, O / groups, KH, KW).

    >>> import torch
    >>> conv_transpose2d(torch.randn(1, 2, 5, 5), torch.randn(2, 4, 2, 2), stride=2).shape
    torch.Size([1, 4, 10, 10])
    """
    window = (stride, padding, output_padding, groups, dilation, padding_mode)
    return _transpose(2, input, weight, bias, window, output_size, flip)


def conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: PaddingLike = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
    *,
    padding_mode: str | Sequence[str] = "zeros",
    output_size: Sequence[int] | None = None,
    flip: bool = False,
) -> Tensor:
    """Apply `conv_transpose` over three axes: input (N, C, D, H, W), weight (C, O / groups, KD, KH, KW).

    >>> import torch
    >>> conv_transpose3d(torch.randn(1, 2, 3, 4, 4), torch.randn(2, 1, 2, 2, 2), stride=2, output_size=(7, 9, 8)).shape
    torch.Size([1, 1, 7, 9, 8])
    """
    window = (stride, padding, output_padding, groups, dilation, padding_mode)
    return _transpose(3, input, weight, bias, window, output_size, flip)


def _transpose(
    ndim: int | None,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    window: tuple[object, object, object, object, object, object],
    output_size: Sequence[int] | None,
    flip: bool,
) -> Tensor:
    check_rank(weight.shape, ndim, "C, O / groups")
    kernel, sizes = weight.shape[2:], None
    if output_size is not None:
        check_input_rank(input.shape, len(kernel))
        sizes = input.shape[-len(kernel) :], tuple(output_size)
    arguments = transposed_arguments(kernel, *window, sizes)
    return transposed_convolution(input, flipped(weight) if flip else weight, bias, arguments)
