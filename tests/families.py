"""What each kernel family is tested on: drawn problems around its tiles, and how far its sums may lie from exact."""

from math import prod

import bounds
import numpy as np
import oracles
import strategies
from hypothesis import assume
from hypothesis import strategies as st

from striate.engine.selection import DIRECTIONS

# Input channels and output channels a group, and groups, around the tiles of each family; 0: as many out as in.
CHANNELS = {
    "depthwise": ((1,), (1, 1, 2, 3), (1, 2, 3, 7, 8, 15, 16, 17, 33)),
    "dense": ((1, 2, 3, 7, 16, 17, 65), (1, 3, 8, 15, 16, 17, 31, 32, 33, 65), (1, 1, 2, 3)),
    "direct": ((1, 2, 3, 4, 7, 8, 17), (1, 3, 6, 8, 15, 16, 17, 33), (1, 1, 2, 3)),
    "first": ((1, 2, 3, 4), (1, 3, 8, 15, 16, 17, 31, 32, 33, 65), (1, 1, 2, 3)),
    "fft": ((1, 1, 2, 3, 17), (1, 1, 2, 3, 16, 17, 33), (1, 1, 2, 3, 17)),
    "grouped": ((2, 4, 8), (0,), (2, 3, 4, 5, 8, 9)),
    "pointwise": ((1, 2, 3, 7, 16, 17, 65), (1, 3, 8, 15, 16, 17, 31, 32, 33, 65), (1, 1, 2, 3)),
    "reference": ((1, 2, 3), (1, 2, 3), (1, 2, 3)),
    "samples": ((1, 2, 3, 6, 7), (1, 3, 4, 5, 8), (1, 1, 2)),
    "toom": ((1, 2, 3, 7, 17), (1, 3, 6, 8, 15, 17, 33), (1, 1, 2, 3)),
    "winograd": ((1, 3, 8, 17, 33), (1, 5, 16, 31, 47, 65), (1, 1, 2)),
}
BATCHES = {"samples": (0, 1, 3, 8, 9, 17)}  # around the lanes of a vector
WIDTHS = (1, 2, 3, 5, 7, 8, 13, 14, 15, 16, 17, 28, 29, 31, 33, 47)

# A window of two axes that each family computes: kernel, stride, dilation, padding.
WINDOWS = {
    "first": ((3, 5), (2, 2), (2, 1), ((2, 1), (0, 3))),
    "pointwise": ((1, 1), (1, 2), (1, 1), ((0, 0), (0, 0))),
    "samples": ((5, 5), (1, 1), (1, 1), ((2, 1), (0, 3))),
    "toom": ((3, 3), (2, 1), (2, 1), ((2, 1), (0, 3))),
    "winograd": ((3, 3), (1, 1), (1, 2), ((2, 1), (0, 3))),
}


def window(family):
    return WINDOWS.get(family, ((3, 2), (1, 2), (1, 2), ((2, 1), (0, 3))))


@st.composite
def problems(draw, family):
    """A problem around the vector widths and tiles: primes, one less and one more, one-element axes."""
    rank = 2 if family == "samples" else draw(st.integers(2 if family == "winograd" else 1, 3))
    axes = [draw_axis(draw, family, axis, rank) for axis in range(rank)]
    size, kernel, stride, dilation, amounts = zip(*axes, strict=True)
    in_channels, out_channels, groups = (draw(st.sampled_from(choices)) for choices in CHANNELS[family])
    out_channels = out_channels or in_channels
    modes = tuple(draw(st.lists(st.sampled_from(strategies.MODES), min_size=rank, max_size=rank)))
    value = 0.0
    if "constant" in modes:
        value = float(draw(st.integers(-3, 3)))
        modes = tuple("constant" if mode == "zeros" else mode for mode in modes)
    problem = oracles.Problem(
        batch=draw(st.sampled_from(BATCHES.get(family, (1, 2, 3, 0)))),
        in_channels=groups * in_channels,
        out_channels=groups * out_channels,
        size=size,
        kernel=kernel,
        stride=stride,
        dilation=dilation,
        amounts=amounts,
        groups=groups,
        modes=modes,
        value=value,
    )
    positions = prod(oracles.output_size(problem)) * prod(kernel)  # the oracle visits each pair of output and tap
    assume(positions <= 3000 and positions * problem.batch * problem.out_channels * in_channels <= 2_000_000)
    return problem


def draw_axis(draw, family, axis, rank):
    innermost = axis == rank - 1
    size = draw(st.sampled_from(WIDTHS)) if innermost else draw(st.integers(1, 9 if rank == 2 else 4))
    kernel = draw(st.sampled_from((1, 2, 3, 3, 5, 7) if rank < 3 else (1, 2, 3)))
    stride, dilation = draw(st.sampled_from((1, 1, 2, 3, 4))), draw(st.sampled_from((1, 1, 2, 3)))
    if family == "pointwise":
        return size, 1, stride, dilation, (0, 0)
    if family == "winograd":
        kernel, stride = 3 if axis >= rank - 2 else kernel, 1
    if family == "samples":
        kernel, stride, dilation = 5, 1, 1
    if family == "toom" and innermost:
        kernel, stride, dilation = draw(st.sampled_from((3, 3, 4, 5, 6, 7, 9))), 1, 1
    if family == "first" and innermost:
        kernel, dilation = draw(st.sampled_from((1, 2, 3, 5, 7, 11))), 1
    extent = dilation * (kernel - 1) + 1
    before = draw(st.integers(-min(2, size - 1), 5))
    least = extent - size - before
    after = draw(st.integers(max(-2, least, 1 - size - min(before, 0)), max(5, least)))
    return size, kernel, stride, dilation, (before, after)


# One problem a family that is large enough for bands, several tiles and three threads: channels, size, window, groups.
def _large(channels, size, kernel, stride, dilation, groups):
    borders = (((2, 1), (0, 2)), groups, ("zeros", "circular"))
    return oracles.Problem(1, *channels, size, kernel, stride, dilation, *borders)


LARGE = {
    "depthwise": _large((40, 40), (61, 53), (5, 3), (1, 2), (1, 1), 40),
    "dense": _large((80, 72), (31, 29), (3, 3), (1, 2), (1, 1), 2),
    "direct": _large((24, 40), (31, 29), (3, 3), (1, 2), (1, 1), 2),
    "fft": _large((24, 40), (61, 53), (5, 9), (1, 2), (1, 1), 2),
    "first": _large((6, 72), (31, 61), (3, 7), (1, 2), (1, 1), 2),
    "grouped": _large((264, 264), (31, 29), (3, 3), (1, 2), (1, 1), 66),
    "pointwise": oracles.Problem(1, 80, 72, (31, 29), (1, 1), (1, 1), (1, 1), ((0, 0), (0, 0)), 2, ("zeros", "zeros")),
    "reference": _large((6, 8), (19, 17), (3, 3), (1, 2), (1, 1), 2),
    "samples": _large((24, 20), (23, 21), (5, 5), (1, 1), (1, 1), 2),
    "toom": _large((24, 40), (31, 29), (3, 3), (2, 1), (1, 1), 2),
    "winograd": _large((40, 152), (23, 21), (3, 3), (1, 1), (1, 2), 2),
}


def winograd_bounds(problem, tensors, taps=3, outputs=4, matrices=bounds.winograd_matrices):
    """For Winograd's sums, of F(outputs, taps) on the last two axes: each element's bound, by direction."""
    dtype = tensors[0].numpy().dtype
    input, weight, bias, grad = (np.abs(tensor.double().numpy()) for tensor in tensors)
    largest, sent = max(input.max(initial=0.0), abs(problem.value)), grad.max(initial=0.0)
    slices = prod(problem.kernel[:-2])
    by_group = weight.reshape(problem.groups, -1, weight.shape[1], slices, taps, taps)
    forward = by_group.sum((2, 3)).reshape(-1, taps, taps)
    data = by_group.sum((1, 3)).reshape(-1, taps, taps)
    # A border may fold several positions onto one element.
    copies = not set(problem.modes) <= {"zeros", "constant"}
    axes = zip(problem.size, problem.amounts, strict=True) if copies else ()
    folds = prod(2 + max(sum(amounts), 0) // size for size, amounts in axes)
    positions = [-(-size // (outputs * d)) * d for size, d in zip(grad.shape[-2:], problem.dilation[-2:], strict=True)]
    tiles = prod((*grad.shape[:1], *grad.shape[2:-2], *positions))
    spread = (-1, *(1,) * len(problem.size))
    of_forward = bounds.winograd("forward", largest, forward, by_group.shape[2] * slices, dtype, matrices)
    of_data = bounds.winograd("backward_data", sent, data, by_group.shape[1] * slices + folds, dtype, matrices) * folds
    return {
        "forward": (of_forward + np.finfo(dtype).eps * bias).reshape(spread),
        "backward_data": of_data.reshape(spread),
        "backward_weight": bounds.winograd("backward_weight", largest, sent, tiles, dtype, matrices),
    }


def samples_bounds(problem, tensors):
    """The same for F(2x2, 5x5)."""
    return winograd_bounds(problem, tensors, 5, 2, bounds.samples_matrices)


def fourier_bounds(problem, tensors):
    """For sums by transforms: each element's bound, by direction."""
    input, weight, _, grad = (tensor.double().numpy() for tensor in tensors)
    space = tuple(range(2, input.ndim))
    grid = oracles.extended_numbers(problem.size, problem.amounts, problem.modes)
    places = np.bincount(grid[grid >= 0], minlength=prod(problem.size)).reshape(problem.size)  # of each element
    constants = np.sum(grid == -1) * problem.value**2
    signal = np.sqrt((input**2 * places).sum(space) + constants)  # (N, C)
    taps, sent = np.abs(weight).sum(space), np.sqrt((grad**2).sum(space))  # (O, C / G), (N, O)
    taps = taps.reshape(problem.groups, -1, taps.shape[1])
    signal, sent, mass = (
        array.reshape(len(array), problem.groups, array.shape[1] // problem.groups)
        for array in (signal, sent, np.abs(grad).sum(space))
    )
    extents = [d * (k - 1) + 1 for k, d in zip(problem.kernel, problem.dilation, strict=True)]
    length, dtype = prod(12 * extent for extent in extents), tensors[0].numpy().dtype
    tiles = problem.batch * prod(grid.shape)  # at most
    forward = np.einsum("ngc,goc->ngo", signal, taps).reshape(problem.batch, problem.out_channels)
    data = np.einsum("ngo,goc->ngc", sent, taps).reshape(problem.batch, problem.in_channels)
    by_weight = np.einsum("ngc,ngo->goc", signal, mass).reshape(weight.shape[:2])
    spread = [array.reshape(*array.shape, *(1,) * len(space)) for array in (forward, data * places.max(), by_weight)]
    terms = (signal.shape[2], sent.shape[2] * places.max(), tiles)
    return {
        direction: bounds.fourier(magnitude, count, length, dtype)
        for direction, magnitude, count in zip(DIRECTIONS, spread, terms, strict=True)
    }


def toom_bounds(problem, tensors):
    """By direction: one bound an output channel, and one for all of the weight's gradient."""
    input, weight, _, grad = (np.abs(tensor.double().numpy()) for tensor in tensors)
    dtype, groups, taps = tensors[0].numpy().dtype, problem.groups, problem.kernel[-1]
    largest, sent = max(input.max(initial=0.0), abs(problem.value)), grad.max(initial=0.0)
    threes = np.pad(weight, [(0, 0)] * (weight.ndim - 1) + [(0, -taps % 3)])
    threes = threes.reshape(groups, problem.out_channels // groups, weight.shape[1], -1, 3)
    # Taps of backward_data stand in reverse, so a three holds others: every place of a three may hold any tap.
    anywhere = weight.reshape(*threes.shape[:3], -1).sum((1, 3)).reshape(-1, 1) * np.ones(3)
    axes = zip(problem.size, problem.amounts, strict=True)
    folds = prod(2 + max(sum(amounts), 0) // size for size, amounts in axes)  # positions of an element, at most
    terms = [prod(threes.shape[i] for i in sides) for sides in ((2, 3), (1, 3))]
    tiles = problem.batch * prod(grad.shape[2:-1]) * -(-grad.shape[-1] // 3)
    forward = bounds.along_rows(
        bounds.toom_matrices(), "forward", largest, threes.sum((2, 3)).reshape(-1, 3), terms[0], dtype
    )
    data = bounds.along_rows(bounds.toom_matrices(), "backward_data", sent, anywhere, terms[1] + folds, dtype) * folds
    by_channel = (-1, *(1,) * len(problem.size))
    return {
        "forward": forward.reshape(by_channel),
        "backward_data": data.reshape(by_channel),
        "backward_weight": bounds.along_rows(bounds.toom_matrices(), "backward_weight", largest, sent, tiles, dtype),
    }


def first_bounds(problem, tensors):
    """By direction, whichever transform is taken."""
    input, weight, _, grad = (np.abs(tensor.double().numpy()) for tensor in tensors)
    dtype, stride = tensors[0].numpy().dtype, problem.stride[-1]
    largest, sent = max(input.max(initial=0.0), abs(problem.value)), grad.max(initial=0.0)
    axes = zip(problem.size, problem.amounts, strict=True)
    folds = prod(2 + max(sum(amounts), 0) // size for size, amounts in axes)  # positions of an element, at most
    by_group = weight.reshape(problem.groups, -1, weight.shape[1], prod(problem.kernel))
    anywhere = by_group.sum((1, 3)).reshape(-1, 1)  # every place of a chunk may hold any tap
    tiles = problem.batch * prod(grad.shape[2:-1]) * -(-grad.shape[-1] // 4)
    limits = dict.fromkeys(DIRECTIONS, 0.0)
    for taps in (3, 4):
        chunks = np.pad(weight, [(0, 0)] * (weight.ndim - 1) + [(0, -weight.shape[-1] % (taps * stride))])
        chunks = chunks.reshape(len(weight), -1, taps, stride)  # tap k of a phase stands at k * stride
        terms = chunks.shape[1] * stride
        of = {
            "forward": (largest, chunks.sum((1, 3)), terms),
            "backward_data": (sent, folds * anywhere * np.ones(taps), by_group.shape[1] * terms + folds),
            "backward_weight": (largest, sent, tiles),
        }
        for direction, (signal, factor, count) in of.items():
            limit = bounds.along_rows(bounds.first_matrices(taps), direction, signal, factor, count, dtype)
            limits[direction] = np.maximum(limits[direction], limit)
    by_channel = (-1, *(1,) * len(problem.size))
    return {d: limit.reshape(by_channel) if limit.ndim else limit for d, limit in limits.items()}


# Families whose sums are not those of the definition, and their bounds by direction; the others are exact.
INEXACT = {
    "fft": fourier_bounds,
    "first": first_bounds,
    "samples": samples_bounds,
    "toom": toom_bounds,
    "winograd": winograd_bounds,
}
