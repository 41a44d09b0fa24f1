"""Locally connected: convolution with weights of its own at every position, of any rank, and its transpose."""

from collections.abc import Sequence

from torch import Tensor

from striate.engine.arguments import convolution_arguments
from striate.engine.checks import channels_last_hint, check_devices
from striate.engine.extension import extend
from striate.engine.folding import fold_back
from striate.engine.guard import autocasts
from striate.engine.local import LocalWindow, local_convolution, local_transpose
from striate.engine.transposed_arguments import transposed_arguments
from striate.functional.conv import Ints, PaddingLike


def local_conv(
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
) -> Tensor:
    r"""Apply `conv` with weights of its own at every position: the window slides, nothing is shared.

    $$y[n, o, p] = b[o, p] + \sum_{c, t} w[p, o, t, c] \; x[n, c, p \cdot stride - before + t \cdot dilation]$$

    The patches are copied a block of positions at a time, in every direction; no copy of all of them exists.

    Args:
        input: (N, C, *S), or (C, *S) without a batch; complex too, as the weight.
        weight: (*T, O, *K, C / groups): for each position a weight of `conv` with its channels last, so
            that `weight[p].movedim(-1, 1)` is that of position p. T, the output's size, has the rank of S.
        bias: (O,) for all positions, (O, *T) for each its own, or None.
        stride: step between two outputs, an int or one an axis.
        padding: as in `conv`: an int, one an axis, (before, after) pairs, or a word.
        dilation: step between two taps, an int or one an axis.
        groups: channel groups; group g of the output sees group g of the input only.
        padding_mode: border rule, or one an axis; `conv` says what they are.
        padding_value: the value of `"constant"`.
        flip: reverse the kernels along every axis.

    Returns:
        (N, O, *T) or (O, *T); T is `striate.arithmetic.Geometry.output_size` of S, and the weight must have it.

    Raises:
        ValueError: sizes, channels or ranks that do not fit, or an unknown word; the message says what came and what
            was expected.
        TypeError: tensors of different dtypes.

    Source: K. Gregor, Y. LeCun, "Emergence of complex-like cells in a temporal product network with local receptive
    fields", 2010; Y. Taigman, M. Yang, M. Ranzato, L. Wolf, "DeepFace", 2014, section 3.1 (L4 to L6).

    >>> import torch
    >>> local_conv(torch.randn(1, 3, 8, 8), torch.randn(6, 6, 4, 3, 3, 3)).shape
    torch.Size([1, 4, 6, 6])
    """
    ndim = _rank(weight, "(*T, O, *K, C / groups)")
    kernel, outputs = weight.shape[ndim + 1 : -1], tuple(weight.shape[:ndim])
    arguments = convolution_arguments(kernel, stride, padding, dilation, groups, padding_mode, padding_value)
    out_channels = weight.shape[ndim]
    _check_tensors(input, weight, bias, weight.shape[-1] * arguments.groups, ndim)
    _check_groups("output", out_channels, arguments.groups)
    size = tuple(input.shape[-ndim:])
    expected = arguments.geometry.output_size(size)
    if outputs != expected:
        raise ValueError(
            f"weight must have kernels for {expected} positions, as an input of spatial size {size} gives, but has "
            f"them for {outputs}: {tuple(weight.shape)}"
        )
    _check_bias(bias, out_channels, outputs)
    amounts = tuple((window.before, window.after) for window in arguments.geometry.windows(size))
    batch = input if input.ndim == ndim + 2 else input.unsqueeze(0)
    extended = extend(batch, amounts, arguments.modes, arguments.value)
    geometry = arguments.geometry
    window = LocalWindow(outputs, geometry.kernel, geometry.stride, geometry.dilation, arguments.groups)
    result = _biased(local_convolution(extended, _flipped(weight, ndim) if flip else weight, window), bias)
    return result if batch is input else result.squeeze(0)


def local_conv_transpose(
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
    r"""Spread each element of `input` by weights of its own: the adjoint of `local_conv` with the same weight.

    $$y[n, o, i \cdot stride - before + t \cdot dilation] \mathrel{+}= \sum_c w[i, c, t, o] \; x[n, c, i]$$

    Args:
        input: (N, C, *S), or (C, *S) without a batch; complex too, as the weight.
        weight: (*S, C, *K, O / groups), the weight of the `local_conv` from output to input.
        bias: (O,) for all positions, (O, *T) for each its own, or None.
        stride: step between the places of two inputs, an int or one an axis.
        padding: elements left out around the output, as `padding` of the `local_conv`: an int, one an axis,
            (before, after) pairs, or a word; `"same"` gives S times stride.
        output_padding: elements more after, an int or one an axis; smaller than the stride or the dilation.
        groups: channel groups.
        dilation: step between two taps, an int or one an axis.
        padding_mode: the border rule of the `local_conv`, or one an axis: what is left out is added where the rule had
            read it. `"constant"` is as `"zeros"`: the adjoint is that of the linear part.
        output_size: T, in place of `output_padding`; any size from which the `local_conv` makes S.
        flip: reverse the kernels along every axis.

    Returns:
        (N, O, *T) or (O, *T) with T = (S - 1) stride - before - after + dilation (K - 1) + output_padding + 1.

    Raises:
        ValueError: sizes, channels or ranks that do not fit, or an unknown word; the message says what came and what
            was expected.
        TypeError: tensors of different dtypes.

    Source: as for `local_conv`, transposed as in V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep
    learning", 2016, chapter 4.

    >>> import torch
    >>> local_conv_transpose(torch.randn(1, 4, 6, 6), torch.randn(6, 6, 4, 3, 3, 3)).shape
    torch.Size([1, 3, 8, 8])
    """
    ndim = _rank(weight, "(*S, C, *K, O / groups)")
    kernel, inputs = weight.shape[ndim + 1 : -1], tuple(weight.shape[:ndim])
    sizes = None if output_size is None else (inputs, tuple(output_size))
    arguments = transposed_arguments(kernel, stride, padding, output_padding, groups, dilation, padding_mode, sizes)
    in_channels, out_channels = weight.shape[ndim], weight.shape[-1] * arguments.groups
    _check_tensors(input, weight, bias, in_channels, ndim)
    _check_groups("input", in_channels, arguments.groups)
    if tuple(input.shape[-ndim:]) != inputs:
        raise ValueError(
            f"weight must have kernels for {tuple(input.shape[-ndim:])} positions, those of the input, but has them "
            f"for {inputs}: {tuple(weight.shape)}"
        )
    outputs = arguments.output_size(inputs)
    _check_bias(bias, out_channels, outputs)
    windows = [axis.window for axis in arguments.windows]
    stride, dilation = tuple(axis.stride for axis in windows), tuple(axis.dilation for axis in windows)
    amounts = tuple((axis.before, axis.after) for axis in windows)
    extended = [n + sum(pair) for n, pair in zip(outputs, amounts, strict=True)]
    window = LocalWindow(inputs, tuple(kernel), stride, dilation, arguments.groups)
    batch = input if input.ndim == ndim + 2 else input.unsqueeze(0)
    spread = local_transpose(batch, _flipped(weight, ndim) if flip else weight, extended, window)
    result = _biased(fold_back(spread, amounts, arguments.modes), bias)
    return result if batch is input else result.squeeze(0)


def _flipped(weight: Tensor, ndim: int) -> Tensor:
    return weight.flip(tuple(range(ndim + 1, 2 * ndim + 1)))


def _rank(weight: Tensor, layout: str) -> int:
    if weight.ndim < 4 or weight.ndim % 2:
        raise ValueError(
            f"weight must have 4, 6, 8 or more dimensions {layout}, but got {weight.ndim}: {tuple(weight.shape)}"
        )
    return weight.ndim // 2 - 1


def _check_tensors(input: Tensor, weight: Tensor, bias: Tensor | None, channels: int, ndim: int) -> None:
    if input.ndim not in {ndim + 1, ndim + 2}:
        raise ValueError(
            f"input must have {ndim + 2} dimensions (N, C and {ndim} spatial), or {ndim + 1} without a batch, "
            f"but got {input.ndim}: {tuple(input.shape)}"
        )
    if input.shape[-ndim - 1] != channels:
        hint = channels_last_hint(input.shape, channels, ndim)
        raise ValueError(
            f"input must have {channels} channels for a weight of {tuple(weight.shape)}, but got "
            f"{input.shape[-ndim - 1]}: {tuple(input.shape)}{hint}"
        )
    if input.real.dtype != weight.real.dtype and not autocasts(input):
        raise TypeError(f"input has dtype {input.dtype} and weight {weight.dtype}; they must be the same")
    check_devices(input, weight, bias)


def _check_groups(name: str, channels: int, groups: int) -> None:
    if channels % groups:
        raise ValueError(f"weight has {channels} {name} channels, which groups {groups} does not divide")


def _check_bias(bias: Tensor | None, channels: int, outputs: tuple[int, ...]) -> None:
    if bias is not None and tuple(bias.shape) not in {(channels,), (channels, *outputs)}:
        raise ValueError(
            f"bias must have shape {(channels,)}, or {(channels, *outputs)} for one a position, but got "
            f"{tuple(bias.shape)}"
        )


def _biased(output: Tensor, bias: Tensor | None) -> Tensor:
    if bias is None:
        return output
    return output + (bias if bias.ndim > 1 else bias.reshape(-1, *(1,) * (output.ndim - 2)))
