"""Convolution with weights of its own at every position in Triton: a matrix product each, of patches never stored."""

from math import prod
from typing import TYPE_CHECKING

import triton
import triton.language as tl
from torch import Tensor

from striate.engine.gpu.dense import side_of_tile
from striate.engine.gpu.depthwise import accumulator
from striate.engine.gpu.precision import precision
from striate.engine.gpu.window import as_plane, empty_plane

if TYPE_CHECKING:  # which imports this file where a person forces it
    from striate.engine.local import LocalWindow


@triton.jit
def _forward(
    extended, weight, output, batch, channels, filters, groups, out_height, out_width,
    in_n, in_c, in_h, in_w, out_n, out_c, out_h, out_w,
    KH: tl.constexpr, KW: tl.constexpr, STRIDE_H: tl.constexpr, STRIDE_W: tl.constexpr, DILATION_H: tl.constexpr,
    DILATION_W: tl.constexpr, ACCUMULATOR: tl.constexpr, PRECISION: tl.constexpr, SAMPLES: tl.constexpr,
    FILTERS: tl.constexpr, PRODUCTS: tl.constexpr,
):  # fmt: skip
    position, group = tl.program_id(0) // groups, tl.program_id(0) % groups
    column, row = position % out_width, position // out_width
    sample = tl.program_id(1) * SAMPLES + tl.arange(0, SAMPLES)
    in_group = tl.program_id(2) * FILTERS + tl.arange(0, FILTERS)
    known = in_group < filters
    matrix = weight + (position.to(tl.int64) * groups + group) * filters * (KH * KW) * channels
    sums = tl.zeros((SAMPLES, FILTERS), ACCUMULATOR)
    for first in range(0, KH * KW * channels, PRODUCTS):
        product = first + tl.arange(0, PRODUCTS)  # of a tap and a channel, in the weight's order
        is_one = product < KH * KW * channels
        tap, channel = product // channels, product % channels
        y, x = row * STRIDE_H + (tap // KW) * DILATION_H, column * STRIDE_W + (tap % KW) * DILATION_W
        at = (sample.to(tl.int64) * in_n)[:, None] + ((group * channels + channel) * in_c + y * in_h + x * in_w)[
            None, :
        ]
        seen = tl.load(extended + at, (sample < batch)[:, None] & is_one[None, :], 0.0)
        of = (in_group * (KH * KW) * channels)[None, :] + product[:, None]
        taps = tl.load(matrix + of, is_one[:, None] & known[None, :], 0.0)
        sums = tl.dot(seen, taps, sums, input_precision=PRECISION, out_dtype=ACCUMULATOR)
    to = sample.to(tl.int64) * out_n + row * out_h + column * out_w
    at = to[:, None] + ((group * filters + in_group) * out_c)[None, :]
    tl.store(output + at, sums.to(output.dtype.element_ty), (sample < batch)[:, None] & known[None, :])


def local_by_triton(extended: Tensor, weight: Tensor, window: "LocalWindow") -> Tensor:
    """Apply a weight (*T, O, *K, C / groups) to (N, C, *S), of one or two axes: (N, O, *T)."""
    ndim = len(window.kernel)
    planes = as_plane(extended)
    axes = (window.outputs, window.kernel, window.stride, window.dilation)
    outputs, kernel, stride, dilation = ((1, axis[0]) if ndim == 1 else (axis[0], axis[1]) for axis in axes)
    output = empty_plane(planes, weight.shape[ndim], outputs)
    batch, filters, channels = extended.shape[0], output.shape[1] // window.groups, weight.shape[-1]
    tile = {"SAMPLES": side_of_tile(batch), "FILTERS": side_of_tile(filters), "PRODUCTS": 32}
    grid = prod(outputs) * window.groups, triton.cdiv(batch, tile["SAMPLES"]), triton.cdiv(filters, tile["FILTERS"])
    _forward[grid](
        planes, weight.contiguous(), output, batch, channels, filters, window.groups, *outputs, *planes.stride(),
        *output.stride(), KH=kernel[0], KW=kernel[1], STRIDE_H=stride[0], STRIDE_W=stride[1],
        DILATION_H=dilation[0], DILATION_W=dilation[1], **tile, ACCUMULATOR=accumulator(extended),
        PRECISION=precision(),
    )  # fmt: skip
    return output.squeeze(2) if ndim == 1 else output
