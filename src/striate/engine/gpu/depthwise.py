"""Depthwise convolution over a plane in Triton, and its two gradients: sums of a few products, bound by memory.

A program has a tile of positions by channels. Of a contiguous signal the tile is long in positions, of a channels_last
one in channels, so neighbouring threads read neighbouring elements in both.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from striate.engine.gpu.borders import source
from striate.engine.gpu.window import PlaneWindow, empty_plane


@triton.jit
def _forward(
    input, weight, bias, output, batch, channels, multiplier, height, width, out_height, out_width,
    before_h, before_w, value, in_n, in_c, in_h, in_w, out_n, out_c, out_h, out_w,
    KH: tl.constexpr, KW: tl.constexpr, STRIDE_H: tl.constexpr, STRIDE_W: tl.constexpr, DILATION_H: tl.constexpr,
    DILATION_W: tl.constexpr, MODE_H: tl.constexpr, MODE_W: tl.constexpr, HAS_BIAS: tl.constexpr,
    ACCUMULATOR: tl.constexpr, POSITIONS: tl.constexpr, CHANNELS: tl.constexpr,
):  # fmt: skip
    place = tl.program_id(0) * POSITIONS + tl.arange(0, POSITIONS)
    filter = tl.program_id(1) * CHANNELS + tl.arange(0, CHANNELS)
    column, row = place % out_width, (place // out_width) % out_height
    sample = (place // (out_width * out_height)).to(tl.int64)
    here = (sample < batch)[:, None] & (filter < channels * multiplier)[None, :]
    start = (sample * in_n)[:, None] + ((filter // multiplier) * in_c)[None, :]
    sums = tl.zeros((POSITIONS, CHANNELS), ACCUMULATOR)
    if HAS_BIAS:
        sums += tl.load(bias + filter, filter < channels * multiplier, 0.0).to(ACCUMULATOR)[None, :]
    for i in tl.static_range(KH):
        y, inside_y = source(row * STRIDE_H - before_h + i * DILATION_H, height, MODE_H)
        for j in tl.static_range(KW):
            x, inside_x = source(column * STRIDE_W - before_w + j * DILATION_W, width, MODE_W)
            read = here & (inside_y & inside_x)[:, None]
            seen = tl.load(input + start + (y * in_h + x * in_w)[:, None], read, value).to(ACCUMULATOR)
            tap = tl.load(weight + filter * (KH * KW) + i * KW + j, filter < channels * multiplier, 0.0)
            sums += seen * tap.to(ACCUMULATOR)[None, :]
    to = (sample * out_n + row * out_h + column * out_w)[:, None] + (filter * out_c)[None, :]
    tl.store(output + to, sums.to(output.dtype.element_ty), here)


@triton.jit
def _backward_data(
    grad, weight, sent, batch, channels, multiplier, height, width, out_height, out_width, before_h, before_w,
    in_n, in_c, in_h, in_w, out_n, out_c, out_h, out_w,
    KH: tl.constexpr, KW: tl.constexpr, STRIDE_H: tl.constexpr, STRIDE_W: tl.constexpr, DILATION_H: tl.constexpr,
    DILATION_W: tl.constexpr, ACCUMULATOR: tl.constexpr, POSITIONS: tl.constexpr, CHANNELS: tl.constexpr,
):  # fmt: skip
    place = tl.program_id(0) * POSITIONS + tl.arange(0, POSITIONS)
    channel = tl.program_id(1) * CHANNELS + tl.arange(0, CHANNELS)
    column, row = place % width, (place // width) % height
    sample = (place // (width * height)).to(tl.int64)
    here = (sample < batch)[:, None] & (channel < channels)[None, :]
    sums = tl.zeros((POSITIONS, CHANNELS), ACCUMULATOR)
    for i in tl.static_range(KH):
        y = row + before_h - i * DILATION_H  # stride times the output that reads this element by this tap
        reads_y = (y >= 0) & (y % STRIDE_H == 0) & (y < out_height * STRIDE_H)
        for j in tl.static_range(KW):
            x = column + before_w - j * DILATION_W
            reads = reads_y & (x >= 0) & (x % STRIDE_W == 0) & (x < out_width * STRIDE_W)
            start = sample * out_n + (y // STRIDE_H) * out_h + (x // STRIDE_W) * out_w
            for m in range(multiplier):
                filter = channel * multiplier + m
                got = tl.load(grad + start[:, None] + (filter * out_c)[None, :], here & reads[:, None], 0.0)
                tap = tl.load(weight + filter * (KH * KW) + i * KW + j, channel < channels, 0.0)
                sums += got.to(ACCUMULATOR) * tap.to(ACCUMULATOR)[None, :]
    to = (sample * in_n + row * in_h + column * in_w)[:, None] + (channel * in_c)[None, :]
    tl.store(sent + to, sums.to(sent.dtype.element_ty), here)


@triton.jit
def _backward_weight(
    grad, input, parts, batch, channels, multiplier, height, width, out_height, out_width, before_h, before_w, value,
    share, in_n, in_c, in_h, in_w, out_n, out_c, out_h, out_w,
    KH: tl.constexpr, KW: tl.constexpr, STRIDE_H: tl.constexpr, STRIDE_W: tl.constexpr, DILATION_H: tl.constexpr,
    DILATION_W: tl.constexpr, MODE_H: tl.constexpr, MODE_W: tl.constexpr, ACCUMULATOR: tl.constexpr,
    POSITIONS: tl.constexpr, CHANNELS: tl.constexpr,
):  # fmt: skip
    tap = tl.program_id(0)
    filter = tl.program_id(1) * CHANNELS + tl.arange(0, CHANNELS)
    known = filter < channels * multiplier
    last = tl.minimum((tl.program_id(2) + 1) * share, batch * out_height * out_width)
    sums = tl.zeros((POSITIONS, CHANNELS), ACCUMULATOR)
    for first in range(tl.program_id(2) * share, last, POSITIONS):
        place = first + tl.arange(0, POSITIONS)
        column, row = place % out_width, (place // out_width) % out_height
        sample = (place // (out_width * out_height)).to(tl.int64)
        here = (place < last)[:, None] & known[None, :]
        y, inside_y = source(row * STRIDE_H - before_h + (tap // KW) * DILATION_H, height, MODE_H)
        x, inside_x = source(column * STRIDE_W - before_w + (tap % KW) * DILATION_W, width, MODE_W)
        start = (sample * in_n + y * in_h + x * in_w)[:, None] + ((filter // multiplier) * in_c)[None, :]
        seen = tl.load(input + start, here & (inside_y & inside_x)[:, None], value)
        at = (sample * out_n + row * out_h + column * out_w)[:, None] + (filter * out_c)[None, :]
        sums += seen.to(ACCUMULATOR) * tl.load(grad + at, here, 0.0).to(ACCUMULATOR)
    to = (tl.program_id(2) * channels * multiplier + filter) * (KH * KW) + tap
    tl.store(parts + to, tl.sum(sums, 0), known)


def forward(input: Tensor, weight: Tensor, bias: Tensor | None, window: PlaneWindow) -> Tensor:
    """Filter each channel of (N, C, H, W) by those of a weight (C M, 1, KH, KW), contiguous."""
    output = empty_plane(input, weight.shape[0], window.outputs)
    tile = _tile(input)
    _forward[_grid(input.shape[0] * output.shape[2] * output.shape[3], weight.shape[0], tile)](
        input, weight, weight if bias is None else bias, output, *_sizes(input, weight, window), window.value,
        *input.stride(), *output.stride(), **window.meta(), HAS_BIAS=bias is not None, **tile,
        ACCUMULATOR=accumulator(input),
    )  # fmt: skip
    return output


def backward_data(grad: Tensor, weight: Tensor, sent: Tensor, window: PlaneWindow) -> Tensor:
    """Fill `sent`, (N, C, H, W), with the gradient by a signal outside of which zeros stand, and return it."""
    tile, meta = _tile(sent), window.meta()
    del meta["MODE_H"], meta["MODE_W"]
    _backward_data[_grid(sent.shape[0] * sent.shape[2] * sent.shape[3], sent.shape[1], tile)](
        grad, weight, sent, *_sizes(sent, weight, window), *sent.stride(), *grad.stride(), **meta, **tile,
        ACCUMULATOR=accumulator(sent),
    )  # fmt: skip
    return sent


def backward_weight(grad: Tensor, input: Tensor, window: PlaneWindow) -> Tensor:
    """Return the gradient by the weight, (C M, 1, KH, KW): sums of shares of the positions, added in their order."""
    filters, taps, places = grad.shape[1], window.kernel[0] * window.kernel[1], grad.shape[0] * grad[0, 0].numel()
    tile = _tile(input)
    share = max(_LEAST_SHARE, triton.cdiv(places, _MOST_SHARES))
    shares = triton.cdiv(places, share)
    real = torch.float64 if input.dtype is torch.float64 else torch.float32
    parts = torch.empty(shares, filters, 1, *window.kernel, dtype=real, device=input.device)
    _backward_weight[(taps, triton.cdiv(filters, tile["CHANNELS"]), shares)](
        grad, input, parts, *_sizes(input, parts[0], window), window.value, share, *input.stride(), *grad.stride(),
        **window.meta(), **tile, ACCUMULATOR=accumulator(input),
    )  # fmt: skip
    return parts.sum(0).to(input.dtype)


_LEAST_SHARE, _MOST_SHARES = 4096, 64  # of the positions that one program adds up


def accumulator(tensor: Tensor) -> tl.dtype:
    """Return the dtype in which products of a tensor's elements are added."""
    return tl.float64 if tensor.dtype is torch.float64 else tl.float32


def _tile(like: Tensor) -> dict[str, int]:
    if like.stride(1) == 1 and like.shape[1] > 1:
        return {"POSITIONS": 16, "CHANNELS": min(64, triton.next_power_of_2(like.shape[1]))}
    return {"POSITIONS": 512, "CHANNELS": 1}


def _grid(places: int, channels: int, tile: dict[str, int]) -> tuple[int, int]:
    return triton.cdiv(places, tile["POSITIONS"]), triton.cdiv(channels, tile["CHANNELS"])


def _sizes(input: Tensor, weight: Tensor, window: PlaneWindow) -> tuple[int, ...]:
    """Return batch, channels, multiplier, height, width, and the window's outputs and what stands before."""
    batch, channels, *size = input.shape
    return batch, channels, weight.shape[0] // channels, *size, *window.outputs, *window.before
