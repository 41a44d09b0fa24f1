"""Rules of the functions with a window: convolution, pooling, padding, unfolding, resizing."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor, prod
from typing import Any

from striate.arithmetic import Geometry, Reach, Window
from striate.arithmetic.adaptive import adaptive_windows
from striate.engine.arguments import BORDER_CODES
from striate.graph.axis import AxisMap, Resized, Sliding, TransposedSliding, Whole
from striate.graph.linking import Follows
from striate.graph.rules.operands import Operand, Result, Rule, Told, listed, same, told

_BORDERS = {code: mode for mode, code in reversed(BORDER_CODES.items())}


def slid(
    input: Operand, sizes: Sequence[int], geometry: Geometry, modes: Sequence[str] = ("zeros",), channels: bool = False
) -> list[Follows]:
    """Return what follows windows over an input's last dimensions, whose output has these sizes.

    Args:
        input: (N, C, *S) or (C, *S).
        sizes: of the output's last dimensions.
        geometry: the window.
        modes: the border rule, or one an axis.
        channels: whether each channel is seen by itself.
    """
    ndim = geometry.ndim
    before = input.ndim - ndim
    axes = zip(geometry.windows(input.shape[before:]), listed(tuple(modes), ndim), sizes, strict=True)
    maps = [
        Sliding(n, outputs, window, mode) for n, (window, mode, outputs) in zip(input.shape[before:], axes, strict=True)
    ]
    windows: list[Follows] = [((before + axis, of_mean(map, modes)),) for axis, map in enumerate(maps)]
    return [*same(input, range(before - 1)), *(same(input, [before - 1]) if channels else [()]), *windows]


def of_mean(map: Sliding, modes: Sequence[str]) -> AxisMap:
    """Return a map, or the whole axis where the mean of the signal stands outside it."""
    return Whole(map.inputs, map.outputs) if "mean" in modes else map


def spread(
    input: Operand, sizes: Sequence[int], geometry: Geometry, modes: Sequence[str] = ("zeros",)
) -> list[Follows]:
    """Return what follows the transpose of windows over an input's last dimensions."""
    ndim = geometry.ndim
    before = input.ndim - ndim
    inputs = input.shape[before:]
    if isinstance(geometry.padding, str):
        windows = [transposed.window for transposed in geometry.transposed_windows(sizes=(inputs, sizes))]
    else:
        windows = list(geometry.windows(sizes))
    axes = zip(inputs, sizes, windows, listed(tuple(modes), ndim), strict=True)
    maps = [TransposedSliding(n, outputs, window, mode) for n, outputs, window, mode in axes]
    return [*same(input, range(before - 1)), (), *(((before + axis, map),) for axis, map in enumerate(maps))]


def convolution(ndim: int) -> Rule:
    """Return the rule of `torch.conv{ndim}d`."""

    def rule(
        result: Result,
        input: Operand,
        weight: Any,
        bias: Any = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
    ) -> Told:
        geometry = Geometry.of(weight.shape[2:], _ints(stride, ndim), _padding(padding, ndim), _ints(dilation, ndim))
        return told((input, slid(input, result.shape[-ndim:], geometry)), (weight, [()] * result.ndim))

    return rule


def transposed_convolution(ndim: int) -> Rule:
    """Return the rule of `torch.conv_transpose{ndim}d`."""

    def rule(
        result: Result,
        input: Operand,
        weight: Any,
        bias: Any = None,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: object = 0,
        groups: int = 1,
        dilation: Any = 1,
    ) -> Told:
        geometry = Geometry.of(weight.shape[2:], _ints(stride, ndim), _ints(padding, ndim), _ints(dilation, ndim))
        return told((input, spread(input, result.shape[-ndim:], geometry)), (weight, [()] * result.ndim))

    return rule


def our_convolution(
    result: Result,
    input: Operand,
    weight: Any,
    bias: Any,
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    groups: int,
    borders: Sequence[int],
    *_: object,
) -> Told:
    """Return the rule of `torch.ops.striate.convolution`."""
    ndim = len(stride)
    geometry = Geometry.of(tuple(weight.shape[2:]), tuple(stride), _pairs(padding), tuple(dilation))
    spec = slid(input, result.shape[-ndim:], geometry, [_BORDERS[code] for code in borders])
    return told((input, spec), (weight, [()] * result.ndim))


def our_transposed_convolution(
    result: Result,
    grad: Operand,
    weight: Any,
    shape: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    groups: int,
    borders: Sequence[int],
    *_: object,
) -> Told:
    """Return the rule of `torch.ops.striate.convolution_backward_data`, which transposed convolutions run."""
    ndim = len(stride)
    geometry = Geometry.of(tuple(weight.shape[2:]), tuple(stride), _pairs(padding), tuple(dilation))
    spec = spread(grad, result.shape[-ndim:], geometry, [_BORDERS[code] for code in borders])
    return told((grad, spec), (weight, [()] * result.ndim))


def max_pooling(ndim: int) -> Rule:
    """Return the rule of `max_pool{ndim}d`, with indices or without."""

    def rule(
        result: Result,
        input: Operand,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Told:
        kernel = _ints(kernel_size, ndim)
        geometry = Geometry.of(kernel, _stride(stride, kernel), _ints(padding, ndim), _ints(dilation, ndim))
        return told((input, slid(input, result.shape[-ndim:], geometry, channels=True)))

    return rule


def average_pooling(ndim: int) -> Rule:
    """Return the rule of `avg_pool{ndim}d`."""

    def rule(
        result: Result,
        input: Operand,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> Told:
        kernel = _ints(kernel_size, ndim)
        geometry = Geometry.of(kernel, _stride(stride, kernel), _ints(padding, ndim))
        return told((input, slid(input, result.shape[-ndim:], geometry, channels=True)))

    return rule


def norm_pooling(ndim: int) -> Rule:
    """Return the rule of `lp_pool{ndim}d`."""

    def rule(
        result: Result,
        input: Operand,
        norm_type: float,
        kernel_size: Any,
        stride: Any = None,
        ceil_mode: bool = False,
    ) -> Told:
        kernel = _ints(kernel_size, ndim)
        geometry = Geometry.of(kernel, _stride(stride, kernel))
        return told((input, slid(input, result.shape[-ndim:], geometry, channels=True)))

    return rule


def our_pooling(
    result: Result,
    input: Operand,
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    *_: object,
) -> Told:
    """Return the rule of `torch.ops.striate.max_pool` and `avg_pool`."""
    geometry = Geometry.of(tuple(kernel), tuple(stride), _pairs(padding), tuple(dilation))
    return told((input, slid(input, result.shape[-len(kernel) :], geometry, channels=True)))


def adaptive_pooling(ndim: int) -> Rule:
    """Return the rule of `adaptive_avg_pool{ndim}d` and `adaptive_max_pool{ndim}d`."""

    def rule(result: Result, input: Operand, output_size: Any, return_indices: bool = False) -> Told:
        before = input.ndim - ndim
        spatial: list[Follows] = [
            ((dim, adaptive(input.shape[dim], result.shape[dim])),) for dim in range(before, input.ndim)
        ]
        return told((input, [*same(input, range(before)), *spatial]))

    return rule


def adaptive(inputs: int, outputs: int) -> AxisMap:
    """Return the map of an adaptive pooling, or of a resizing by areas."""
    runs = adaptive_windows(inputs, outputs)
    if outputs == 1:
        return Whole(inputs, 1)
    return Resized(inputs, outputs, Reach(tuple((run.start, run.stop - 1) for run in runs), inputs).shortest())


def padding(result: Result, input: Operand, pad: Sequence[int], mode: str = "constant", value: object = None) -> Told:
    """Return the rule of `torch.nn.functional.pad`, whose amounts begin at the last dimension."""
    padded = len(pad) // 2
    kept = input.ndim - padded
    border = {"constant": "zeros"}.get(mode, mode)
    spec = same(input, range(kept))
    for dim in range(kept, input.ndim):
        place = 2 * (input.ndim - 1 - dim)
        window = Window(1, before=int(pad[place]), after=int(pad[place + 1]))
        untouched = window.before == window.after == 0
        spec += (
            same(input, [dim])
            if untouched
            else [((dim, Sliding(input.shape[dim], result.shape[dim], window, border)),)]
        )
    return told((input, spec))


def unfolding(
    result: Result,
    input: Operand,
    kernel_size: Any,
    dilation: Any = 1,
    padding: Any = 0,
    stride: Any = 1,
) -> Told:
    """Return the rule of `torch.nn.functional.unfold`: the positions of two axes in the last dimension."""
    geometry = Geometry.of(_ints(kernel_size, 2), _ints(stride, 2), _ints(padding, 2), _ints(dilation, 2))
    sizes = geometry.output_size(input.shape[-2:])
    if prod(sizes) != result.shape[-1]:
        return []
    *others, height, width = slid(input, sizes, geometry)
    return told((input, [*others, (*height, *width)]))


def tensor_unfolding(result: Result, input: Operand, dimension: int, size: int, step: int) -> Told:
    """Return the rule of `Tensor.unfold`: windows along one dimension, their taps in a new last one."""
    spec = same(input, range(input.ndim))
    dimension %= input.ndim
    windows = Sliding(input.shape[dimension], result.shape[dimension], Window(size, step))
    spec[dimension] = ((dimension, windows),)
    return told((input, [*spec, ()]))


def interpolation(
    result: Result,
    input: Operand,
    size: object = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Told:
    """Return the rule of `torch.nn.functional.interpolate`."""
    ndim = input.ndim - 2
    scales = [None] * ndim if scale_factor is None or recompute_scale_factor else listed(scale_factor, ndim)
    spatial: list[Follows] = [
        (
            (
                axis + 2,
                resized(input.shape[axis + 2], result.shape[axis + 2], mode, bool(align_corners), scale, antialias),
            ),
        )
        for axis, scale in enumerate(scales)
    ]
    return told((input, [*same(input, range(2)), *spatial]))


def resized(
    inputs: int,
    outputs: int,
    mode: str,
    align_corners: bool = False,
    scale: float | None = None,
    antialias: bool = False,
) -> AxisMap:
    """Return the map of torch's interpolation along one axis.

    Output `o` lies at input `(o + 1/2) / scale - 1/2`, or at `o (inputs - 1) / (outputs - 1)` with aligned corners;
    "nearest" reads the element at `floor(o / scale)`, "linear" the two around the place and "cubic" the four.

    >>> resized(4, 8, "bilinear").step.spans
    ((-1, 0), (0, 1))
    """
    if mode == "area":
        return adaptive(inputs, outputs)
    ratio = Fraction(inputs, outputs) if scale is None else 1 / Fraction(scale).limit_denominator(10**6)
    if align_corners and mode not in {"nearest", "nearest-exact"}:
        ratio = Fraction(inputs - 1, outputs - 1) if outputs > 1 else Fraction(0)
    period = min(ratio.denominator, outputs)
    spans = []
    for output in range(period):
        if mode == "nearest":
            first = last = floor(output * ratio)
        elif mode == "nearest-exact":
            first = last = floor((output + Fraction(1, 2)) * ratio)
        else:
            place = output * ratio if align_corners else (output + Fraction(1, 2)) * ratio - Fraction(1, 2)
            first, last = _neighbours(place, ratio, mode, antialias)
        spans.append((first, last))
    advance = ratio.numerator if period == ratio.denominator else round(ratio * period)
    return Resized(inputs, outputs, Reach(tuple(spans), advance).shortest())


def shuffled(result: Result, input: Operand, upscale_factor: int) -> Told:
    """Return the rule of `pixel_shuffle`: channels become positions, `upscale_factor` for each."""
    repeat = Reach(((0, 0),) * upscale_factor, 1)
    spatial: list[Follows] = [
        ((dim, Resized(input.shape[dim], result.shape[dim], repeat)),) for dim in range(input.ndim - 2, input.ndim)
    ]
    return told((input, [*same(input, range(input.ndim - 3)), (), *spatial]))


def unshuffled(result: Result, input: Operand, downscale_factor: int) -> Told:
    """Return the rule of `pixel_unshuffle`: positions become channels."""
    window = Window(downscale_factor, downscale_factor)
    spatial: list[Follows] = [
        ((dim, Sliding(input.shape[dim], result.shape[dim], window)),) for dim in range(input.ndim - 2, input.ndim)
    ]
    return told((input, [*same(input, range(input.ndim - 3)), (), *spatial]))


def _neighbours(place: Fraction, ratio: Fraction, mode: str, antialias: bool) -> tuple[int, int]:
    """Return the first and the last element that an interpolation at a place reads."""
    cubic = "cubic" in mode
    if antialias:
        support = (2 if cubic else 1) * max(ratio, Fraction(1))
        middle = place + Fraction(1, 2)
        return floor(middle - support + Fraction(1, 2)), floor(middle + support + Fraction(1, 2)) - 1
    if cubic and place.denominator > 1:  # at an element's own place the others weigh nothing
        return floor(place) - 1, floor(place) + 2
    return floor(place), ceil(place)


def _ints(value: Any, ndim: int) -> tuple[int, ...]:
    return tuple(int(item) for item in listed(value, ndim))


def _stride(value: Any, kernel: tuple[int, ...]) -> tuple[int, ...]:
    return kernel if value is None or value == [] else _ints(value, len(kernel))


def _padding(value: Any, ndim: int) -> str | tuple[tuple[int, int], ...]:
    """Return torch's padding: its "same" puts the odd element after, as ours does."""
    return value if isinstance(value, str) else tuple((amount, amount) for amount in _ints(value, ndim))


def _pairs(flat: Sequence[int]) -> tuple[tuple[int, int], ...]:
    return tuple(zip(flat[::2], flat[1::2], strict=True))
