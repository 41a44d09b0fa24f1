"""Every kernel of kernels.inc, at every instruction set of this machine, against the definition.

Sizes stand around the vector widths and tiles: primes, one less and one more, one-element axes. Whole numbers make
every sum exact, so results are compared for equality, and Winograd's with its bound. Tensors lie between NaN, and fresh
memory is filled with NaN.
"""

from dataclasses import replace
from math import prod
from pathlib import Path

import bounds
import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from torch.library import opcheck

import striate.functional as SF
from striate import use_kernel
from striate.engine._load import isa_found, ops
from striate.engine.arguments import BORDER_CODES
from striate.engine.selection import DIRECTIONS, kernel_list

ISA_NAMES = ("baseline", "avx2", "avx512")
LEVELS = ISA_NAMES[: ISA_NAMES.index(isa_found()) + 1] if isa_found() in ISA_NAMES else ("baseline",)
FAMILIES = tuple({name: None for direction in DIRECTIONS for name in kernel_list(direction)})


@pytest.fixture(autouse=True)
def fresh_memory_is_nan():
    """torch fills new tensors with NaN when it is asked to be deterministic: an element not written shows."""
    torch.use_deterministic_algorithms(True)
    yield
    torch.use_deterministic_algorithms(False)
    ops().use_isa("")


def test_the_list_is_the_file_s():
    lines = (Path(__file__).parents[2] / "csrc/kernels.inc").read_text().splitlines()
    entries = [line[len("STRIATE_KERNEL(") : -1].split(", ") for line in lines if line.startswith("STRIATE_KERNEL(")]
    for direction in DIRECTIONS:
        assert kernel_list(direction) == tuple(family for of, family in entries if of == direction)
        assert kernel_list(direction)[-1] == "reference"


def test_every_family_has_its_problems():
    assert set(FAMILIES) <= set(CHANNELS)


# Input channels and output channels a group, and groups, around the tiles of each family.
CHANNELS = {
    "depthwise": ((1,), (1, 1, 2, 3), (1, 2, 3, 7, 8, 15, 16, 17, 33)),
    "dense": ((1, 2, 3, 7, 16, 17, 65), (1, 3, 8, 15, 16, 17, 31, 32, 33, 65), (1, 1, 2, 3)),
    "direct": ((1, 2, 3, 4, 7, 8, 17), (1, 3, 6, 8, 15, 16, 17, 33), (1, 1, 2, 3)),
    "pointwise": ((1, 2, 3, 7, 16, 17, 65), (1, 3, 8, 15, 16, 17, 31, 32, 33, 65), (1, 1, 2, 3)),
    "reference": ((1, 2, 3), (1, 2, 3), (1, 2, 3)),
    "winograd": ((1, 3, 8, 17, 33), (1, 5, 16, 31, 47, 65), (1, 1, 2)),
}
ONE_TAP = ("pointwise",)  # families that compute kernels of size 1 without padding
THREE_TAPS = ("winograd",)  # and of size 3 on the last two axes, without strides
WIDTHS = (1, 2, 3, 5, 7, 8, 13, 14, 15, 16, 17, 28, 29, 31, 33, 47)


@st.composite
def problems(draw, family):
    rank = draw(st.integers(2 if family in THREE_TAPS else 1, 3))
    axes = [draw_axis(draw, family, axis, rank) for axis in range(rank)]
    size, kernel, stride, dilation, amounts = zip(*axes, strict=True)
    in_channels, out_channels, groups = (draw(st.sampled_from(choices)) for choices in CHANNELS[family])
    modes = tuple(draw(st.lists(st.sampled_from(strategies.MODES), min_size=rank, max_size=rank)))
    value = 0.0
    if "constant" in modes:
        value = float(draw(st.integers(-3, 3)))
        modes = tuple("constant" if mode == "zeros" else mode for mode in modes)
    problem = oracles.Problem(
        batch=draw(st.sampled_from((1, 2, 3, 0))),
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
    size = draw(st.sampled_from(WIDTHS)) if axis == rank - 1 else draw(st.integers(1, 9 if rank == 2 else 4))
    stride, dilation = draw(st.sampled_from((1, 1, 2, 3, 4))), draw(st.sampled_from((1, 1, 2, 3)))
    if family in ONE_TAP:
        return size, 1, stride, dilation, (0, 0)
    kernel = draw(st.sampled_from((1, 2, 3, 3, 5, 7) if rank < 3 else (1, 2, 3)))
    if family in THREE_TAPS:
        kernel, stride = kernel if axis < rank - 2 else 3, 1
    extent = dilation * (kernel - 1) + 1
    before = draw(st.integers(-min(2, size - 1), 5))
    least = extent - size - before
    after = draw(st.integers(max(-2, least, 1 - size - min(before, 0)), max(5, least)))
    return size, kernel, stride, dilation, (before, after)


def geometry(problem):
    padding = [amount for pair in problem.amounts for amount in pair]
    border = [BORDER_CODES[mode] for mode in problem.modes]
    return list(problem.stride), padding, list(problem.dilation), problem.groups, border


def run(direction, family, problem, tensors):
    """Run one kernel; `tensors` are input, weight, bias and the output's gradient."""
    input, weight, bias, grad = tensors
    index = kernel_list(direction).index(family)
    if direction == "forward":
        return ops().convolution(input, weight, bias, *geometry(problem), problem.value, index)
    if direction == "backward_data":
        return ops().convolution_backward_data(grad, weight, input.shape, *geometry(problem), index)
    return ops().convolution_backward_weight(grad, input, weight.shape, *geometry(problem), problem.value, index)


def guarded(tensor):
    """The same tensor with the same strides between two runs of 64 NaN."""
    extent = 1 + sum((n - 1) * s for n, s in zip(tensor.shape, tensor.stride(), strict=True)) if tensor.numel() else 0
    storage = torch.full((extent + 128,), torch.nan, dtype=tensor.dtype)
    return storage.as_strided(tensor.shape, tensor.stride(), 64).copy_(tensor)


def shapes(problem):
    output = (problem.batch, problem.out_channels, *oracles.output_size(problem))
    return problem.input_shape, problem.weight_shape, (problem.out_channels,), output


def exact(problem, tensors):
    input, weight, bias, grad = (tensor.double().numpy() for tensor in tensors)
    return {
        "forward": oracles.convolution(input, weight, problem, bias),
        "backward_data": oracles.backward_data(grad, weight, problem),
        "backward_weight": oracles.backward_weight(grad, input, problem),
    }


def allowed(direction, family, problem, tensors):
    """How far a result may lie from the exact one: 0, or Winograd's bound."""
    if family != "winograd":
        return 0.0
    dtype = tensors[0].numpy().dtype
    input, weight, bias, grad = (np.abs(tensor.double().numpy()) for tensor in tensors)
    largest = max(input.max(initial=0.0), abs(problem.value))
    taps = prod(problem.kernel[:-2])
    by_group = weight.reshape(problem.groups, -1, weight.shape[1], taps, 3, 3)
    if direction == "forward":
        factor = by_group.sum((2, 3)).reshape(-1, 3, 3)
        bound = bounds.winograd(direction, largest, factor, by_group.shape[2] * taps, dtype)
        bound += np.finfo(dtype).eps * bias
    elif direction == "backward_data":
        # A border may fold several positions onto one element.
        copies = not set(problem.modes) <= {"zeros", "constant"}
        axes = zip(problem.size, problem.amounts, strict=True) if copies else ()
        folds = prod(2 + max(sum(amounts), 0) // size for size, amounts in axes)
        factor = by_group.sum((1, 3)).reshape(-1, 3, 3)
        bound = folds * bounds.winograd(
            direction, grad.max(initial=0.0), factor, by_group.shape[1] * taps + folds, dtype
        )
    else:
        positions = [-(-size // (4 * d)) * d for size, d in zip(grad.shape[-2:], problem.dilation[-2:], strict=True)]
        tiles = prod((*grad.shape[:1], *grad.shape[2:-2], *positions))
        return bounds.winograd(direction, largest, grad.max(initial=0.0), tiles, dtype)
    return bound.reshape(-1, *(1,) * len(problem.size))


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(data=st.data())
def test_every_kernel_is_exact_at_every_level(family, data):
    problem = data.draw(problems(family))
    layout, seed = data.draw(strategies.layouts), data.draw(strategies.seeds)
    dtype = data.draw(st.sampled_from((torch.float32, torch.float32, torch.float64)))
    tensors = [strategies.whole_numbers(shape, seed + i, dtype) for i, shape in enumerate(shapes(problem))]
    expected = exact(problem, tensors)
    tensors = [guarded(strategies.in_layout(tensor, layout)) for tensor in tensors]
    before = [tensor.untyped_storage().tolist() for tensor in tensors]
    for level in LEVELS if family != "reference" else LEVELS[-1:]:  # the definition is compiled once
        ops().use_isa(level)
        for direction in DIRECTIONS:
            if family in kernel_list(direction):
                result = run(direction, family, problem, tensors)
                wrong = np.abs(result.double().numpy() - expected[direction])
                assert (wrong <= allowed(direction, family, problem, tensors)).all(), f"{direction} at {level}"
    assert [tensor.untyped_storage().tolist() for tensor in tensors] == before


# One problem a family that is large enough for bands, several tiles and three threads.
LARGE = {
    "depthwise": oracles.Problem(
        1, 40, 40, (61, 53), (5, 3), (1, 2), (1, 1), ((2, 1), (0, 2)), 40, ("zeros", "circular")
    ),
    "dense": oracles.Problem(1, 80, 72, (31, 29), (3, 3), (1, 2), (1, 1), ((2, 1), (0, 2)), 2, ("zeros", "circular")),
    "direct": oracles.Problem(1, 24, 40, (31, 29), (3, 3), (1, 2), (1, 1), ((2, 1), (0, 2)), 2, ("zeros", "circular")),
    "winograd": oracles.Problem(
        1, 40, 152, (23, 21), (3, 3), (1, 1), (1, 2), ((2, 1), (0, 2)), 2, ("zeros", "circular")
    ),
    "pointwise": oracles.Problem(1, 80, 72, (31, 29), (1, 1), (1, 1), (1, 1), ((0, 0), (0, 0)), 2, ("zeros", "zeros")),
    "reference": oracles.Problem(1, 6, 8, (19, 17), (3, 3), (1, 2), (1, 1), ((2, 1), (0, 2)), 2, ("zeros", "circular")),
}


@pytest.fixture
def threads():
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("family", FAMILIES)
def test_same_row_same_bits(family, channels_last, threads):
    """Whatever else is in the batch, and on any number of threads."""
    problem = replace(LARGE[family], batch=64 if family != "reference" else 9)
    tensors = [strategies.numbers(shape, seed) for seed, shape in enumerate(shapes(problem))]
    if channels_last:
        tensors = [strategies.in_layout(tensor, "channels_last") for tensor in tensors]
    for level in LEVELS:
        ops().use_isa(level)
        threads(1)
        expected = {d: run(d, family, problem, tensors) for d in DIRECTIONS if family in kernel_list(d)}
        for count in (2, 3):
            threads(count)
            for direction, result in expected.items():
                assert torch.equal(run(direction, family, problem, tensors), result), (level, direction, count)
        for batch in (1, 7):
            rows = [tensors[0][:batch], *tensors[1:3], tensors[3][:batch]]
            smaller = replace(problem, batch=batch)
            for direction in ("forward", "backward_data"):
                if direction in expected:
                    result = run(direction, family, smaller, rows)
                    assert torch.equal(result, expected[direction][:batch]), (level, direction, batch)


@pytest.mark.parametrize("check", [torch.autograd.gradcheck, torch.autograd.gradgradcheck])
@pytest.mark.parametrize("mode", ["constant", "symmetric"])
@pytest.mark.parametrize("family", FAMILIES)
def test_derivatives(family, mode, check):
    groups, filters = (4, 4) if family == "depthwise" else (2, 4)
    value = 1.5 if mode == "constant" else 0.0
    kernel, padding = ((1, 1), 0) if family in ONE_TAP else ((3, 2), ((2, 1), (0, 3)))
    kernel, stride = ((3, 3), 1) if family in THREE_TAPS else (kernel, (1, 2))
    shaped = ((2, 4, 5, 4), (filters, 4 // groups, *kernel), (filters,))
    tensors = [strategies.numbers(shape, i, torch.float64).requires_grad_() for i, shape in enumerate(shaped)]

    def convolve(input, weight, bias):
        with use_kernel(family):
            return SF.conv2d(
                input, weight, bias, stride, padding, (1, 2), groups, padding_mode=mode, padding_value=value
            )

    torch.use_deterministic_algorithms(False)  # the checks fill some of their own tensors later
    assert check(convolve, tensors)


@pytest.mark.parametrize("layout", ["contiguous", "channels_last"])
@pytest.mark.parametrize("family", FAMILIES)
def test_opcheck(family, layout):
    groups = 4 if family == "depthwise" else 2
    kernel, amounts = ((1, 1), ((0, 0), (0, 0))) if family in ONE_TAP else ((3, 3), ((1, 1), (2, 0)))
    window = ((9, 8), kernel, (1 if family in THREE_TAPS else 2, 1), (1, 2), amounts)
    problem = oracles.Problem(2, 4, 4, *window, groups, ("constant", "replicate"), 0.5)
    tensors = [strategies.numbers(shape, seed) for seed, shape in enumerate(shapes(problem))]
    input, weight, bias, grad = (strategies.in_layout(tensor, layout) for tensor in tensors)
    forward, data, by_weight = (kernel_list(direction).index(family) for direction in DIRECTIONS)
    torch.use_deterministic_algorithms(False)
    opcheck(ops().convolution.default, (input, weight, bias, *geometry(problem), 0.5, forward))
    opcheck(ops().convolution_backward_data.default, (grad, weight, input.shape, *geometry(problem), data))
    opcheck(ops().convolution_backward_weight.default, (grad, input, weight.shape, *geometry(problem), 0.5, by_weight))


@pytest.mark.parametrize("index", [-2, 99])
def test_an_index_without_a_kernel_is_refused(index):
    input, weight = strategies.numbers((1, 2, 5), 0), strategies.numbers((3, 2, 3), 1)
    with pytest.raises(RuntimeError, match=f"kernel must be an index from -1 to .*, but got {index}"):
        ops().convolution(input, weight, None, [1], [0, 0], [1], 1, [0], 0.0, index)


def test_unknown_levels_are_refused():
    with pytest.raises(ValueError, match="STRIATE_ISA must be one of baseline, avx2, avx512 or neon, but is 'sse'"):
        ops().use_isa("sse")
