"""A depthwise separable convolution over a plane in one Triton kernel: what lies between its halves is never stored."""

import triton
import triton.language as tl
from torch import Tensor

from striate.engine.activation import CODES
from striate.engine.gpu.borders import source
from striate.engine.gpu.dense import side_of_tile
from striate.engine.gpu.depthwise import accumulator
from striate.engine.gpu.precision import precision
from striate.engine.gpu.window import PlaneWindow, empty_plane

RELU, RELU6, SILU, GELU = (tl.constexpr(CODES[name]) for name in ("relu", "relu6", "silu", "gelu"))


@triton.jit
def _activated(sums, CODE: tl.constexpr):
    """Apply an activation of `striate.engine.activation.CODES`."""
    if CODE == RELU:
        return tl.maximum(sums, 0.0)
    elif CODE == RELU6:
        return tl.minimum(tl.maximum(sums, 0.0), 6.0)
    elif CODE == SILU:
        return sums / (1.0 + tl.exp(-sums))
    elif CODE == GELU:
        return 0.5 * sums * (1.0 + tl.erf(sums * 0.7071067811865476))
    else:
        return sums


@triton.jit
def _forward(
    input, depthwise, depthwise_bias, pointwise, bias, output, batch, filtered, multiplier, filters, height, width,
    out_height, out_width, before_h, before_w, value, in_n, in_c, in_h, in_w, out_n, out_c, out_h, out_w,
    KH: tl.constexpr, KW: tl.constexpr, STRIDE_H: tl.constexpr, STRIDE_W: tl.constexpr, DILATION_H: tl.constexpr,
    DILATION_W: tl.constexpr, MODE_H: tl.constexpr, MODE_W: tl.constexpr, HAS_DEPTHWISE_BIAS: tl.constexpr,
    HAS_BIAS: tl.constexpr, ACTIVATION: tl.constexpr, ACCUMULATOR: tl.constexpr, PRECISION: tl.constexpr,
    POSITIONS: tl.constexpr, FILTERS: tl.constexpr, CHANNELS: tl.constexpr,
):  # fmt: skip
    place = tl.program_id(0) * POSITIONS + tl.arange(0, POSITIONS)
    filter = tl.program_id(1) * FILTERS + tl.arange(0, FILTERS)
    column, row = place % out_width, (place // out_width) % out_height
    sample = (place // (out_width * out_height)).to(tl.int64)
    sums = tl.zeros((POSITIONS, FILTERS), ACCUMULATOR)
    if HAS_BIAS:
        sums += tl.load(bias + filter, filter < filters, 0.0).to(ACCUMULATOR)[None, :]
    for first in range(0, filtered, CHANNELS):
        channel = first + tl.arange(0, CHANNELS)
        is_one = channel < filtered
        between = tl.zeros((POSITIONS, CHANNELS), ACCUMULATOR)
        if HAS_DEPTHWISE_BIAS:
            between += tl.load(depthwise_bias + channel, is_one, 0.0).to(ACCUMULATOR)[None, :]
        for i in tl.static_range(KH):
            y, inside_y = source(row * STRIDE_H - before_h + i * DILATION_H, height, MODE_H)
            for j in tl.static_range(KW):
                x, inside_x = source(column * STRIDE_W - before_w + j * DILATION_W, width, MODE_W)
                read = ((sample < batch) & inside_y & inside_x)[:, None] & is_one[None, :]
                at = (sample * in_n + y * in_h + x * in_w)[:, None] + ((channel // multiplier) * in_c)[None, :]
                tap = tl.load(depthwise + channel * (KH * KW) + i * KW + j, is_one, 0.0)
                between += tl.load(input + at, read, value).to(ACCUMULATOR) * tap.to(ACCUMULATOR)[None, :]
        of = (filter * filtered)[None, :] + channel[:, None]
        mixing = tl.load(pointwise + of, is_one[:, None] & (filter < filters)[None, :], 0.0)
        between = _activated(between, ACTIVATION).to(mixing.dtype)
        sums = tl.dot(between, mixing, sums, input_precision=PRECISION, out_dtype=ACCUMULATOR)
    to = (sample * out_n + row * out_h + column * out_w)[:, None] + (filter * out_c)[None, :]
    tl.store(output + to, sums.to(output.dtype.element_ty), (sample < batch)[:, None] & (filter < filters)[None, :])


def forward(
    input: Tensor,
    depthwise: Tensor,
    pointwise: Tensor,
    depthwise_bias: Tensor | None,
    bias: Tensor | None,
    activation: str | None,
    window: PlaneWindow,
) -> Tensor:
    """Filter (N, C, H, W) by a weight (C M, 1, KH, KW), activate, and mix by one of (O, C M, 1, 1); both contiguous."""
    filters, filtered = pointwise.shape[:2]
    output = empty_plane(input, filters, window.outputs)
    tile = {"POSITIONS": 32, "FILTERS": side_of_tile(filters), "CHANNELS": min(32, side_of_tile(filtered))}
    places = input.shape[0] * output.shape[2] * output.shape[3]
    _forward[triton.cdiv(places, tile["POSITIONS"]), triton.cdiv(filters, tile["FILTERS"])](
        input, depthwise, depthwise if depthwise_bias is None else depthwise_bias, pointwise,
        pointwise if bias is None else bias, output, input.shape[0], filtered, filtered // input.shape[1], filters,
        *input.shape[2:], *window.outputs, *window.before, window.value, *input.stride(), *output.stride(),
        **window.meta(), **tile, HAS_DEPTHWISE_BIAS=depthwise_bias is not None, HAS_BIAS=bias is not None,
        ACTIVATION=CODES.get(activation or "", 0), ACCUMULATOR=accumulator(input), PRECISION=precision(),
    )  # fmt: skip
    return output
