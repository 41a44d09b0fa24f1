"""Convolution over a plane in Triton under any border rule: matrix products of patches that are never stored.

Torch writes a padded copy of the input under every rule but zeros; here a patch is read where the rule says.
"""

import triton
import triton.language as tl
from torch import Tensor

from striate.engine.gpu.borders import source
from striate.engine.gpu.depthwise import accumulator
from striate.engine.gpu.precision import precision
from striate.engine.gpu.window import PlaneWindow, empty_plane


@triton.jit
def _forward(
    input, weight, bias, output, batch, group_channels, group_filters, height, width, out_height, out_width,
    before_h, before_w, value, in_n, in_c, in_h, in_w, out_n, out_c, out_h, out_w,
    KH: tl.constexpr, KW: tl.constexpr, STRIDE_H: tl.constexpr, STRIDE_W: tl.constexpr, DILATION_H: tl.constexpr,
    DILATION_W: tl.constexpr, MODE_H: tl.constexpr, MODE_W: tl.constexpr, HAS_BIAS: tl.constexpr,
    ACCUMULATOR: tl.constexpr, PRECISION: tl.constexpr, POSITIONS: tl.constexpr, FILTERS: tl.constexpr,
    CHANNELS: tl.constexpr,
):  # fmt: skip
    place = tl.program_id(0) * POSITIONS + tl.arange(0, POSITIONS)
    in_group = tl.program_id(1) * FILTERS + tl.arange(0, FILTERS)
    group = tl.program_id(2)
    column, row = place % out_width, (place // out_width) % out_height
    sample = (place // (out_width * out_height)).to(tl.int64)
    filter = group * group_filters + in_group
    known = in_group < group_filters
    sums = tl.zeros((POSITIONS, FILTERS), ACCUMULATOR)
    if HAS_BIAS:
        sums += tl.load(bias + filter, known, 0.0).to(ACCUMULATOR)[None, :]
    for tap in range(KH * KW):
        y, inside_y = source(row * STRIDE_H - before_h + (tap // KW) * DILATION_H, height, MODE_H)
        x, inside_x = source(column * STRIDE_W - before_w + (tap % KW) * DILATION_W, width, MODE_W)
        start = sample * in_n + y * in_h + x * in_w
        read = (sample < batch) & inside_y & inside_x
        for first in range(0, group_channels, CHANNELS):
            channel = first + tl.arange(0, CHANNELS)
            is_one = channel < group_channels
            at = start[:, None] + ((group * group_channels + channel) * in_c)[None, :]
            seen = tl.load(input + at, read[:, None] & is_one[None, :], value)
            seen = tl.where(is_one[None, :], seen, 0.0)  # past the last channel there is no border either
            of = (filter * group_channels)[None, :] + channel[:, None]
            taps = tl.load(weight + of * (KH * KW) + tap, is_one[:, None] & known[None, :], 0.0)
            sums = tl.dot(seen.to(taps.dtype), taps, sums, input_precision=PRECISION, out_dtype=ACCUMULATOR)
    to = (sample * out_n + row * out_h + column * out_w)[:, None] + (filter * out_c)[None, :]
    tl.store(output + to, sums.to(output.dtype.element_ty), (sample < batch)[:, None] & known[None, :])


def forward(input: Tensor, weight: Tensor, bias: Tensor | None, groups: int, window: PlaneWindow) -> Tensor:
    """Convolve (N, C, H, W) with a weight (O, C / groups, KH, KW), contiguous."""
    output = empty_plane(input, weight.shape[0], window.outputs)
    filters, channels = weight.shape[0] // groups, weight.shape[1]
    tile = {"POSITIONS": 64, "FILTERS": side_of_tile(filters), "CHANNELS": min(32, side_of_tile(channels))}
    places = input.shape[0] * output.shape[2] * output.shape[3]
    _forward[triton.cdiv(places, tile["POSITIONS"]), triton.cdiv(filters, tile["FILTERS"]), groups](
        input, weight, weight if bias is None else bias, output, input.shape[0], channels, filters, *input.shape[2:],
        *window.outputs, *window.before, window.value, *input.stride(), *output.stride(), **window.meta(), **tile,
        HAS_BIAS=bias is not None, ACCUMULATOR=accumulator(input), PRECISION=precision(),
    )  # fmt: skip
    return output


def side_of_tile(size: int) -> int:
    """Return a side for a tile of a matrix product that has `size` of a thing: at least 16, the least of `tl.dot`."""
    return min(64, max(16, triton.next_power_of_2(size)))
