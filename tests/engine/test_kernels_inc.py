"""Every kernel of kernels.inc, at every instruction set of this machine, against the definition.

Sizes stand around the vector widths and tiles: primes, one less and one more, one-element axes. Whole numbers make
every sum exact, so results are compared for equality, but where a family's sums are not those of the definition: their
bound is computed (`bounds`). Tensors lie between NaN, and fresh memory is filled with NaN.
"""

from dataclasses import replace
from pathlib import Path

import families
import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from kernels import LEVELS, exact, geometry, guarded, run, shapes
from torch.library import opcheck

import striate.functional as SF
from striate import use_kernel
from striate.engine._load import ops
from striate.engine.selection import DIRECTIONS, kernel_list

pytestmark = pytest.mark.usefixtures("fresh_memory_is_nan")
FAMILIES = tuple({name: None for direction in DIRECTIONS for name in kernel_list(direction)})


def test_the_list_is_the_file_s():
    lines = (Path(__file__).parents[2] / "csrc/kernels.inc").read_text().splitlines()
    entries = [line[len("STRIATE_KERNEL(") : -1].split(", ") for line in lines if line.startswith("STRIATE_KERNEL(")]
    for direction in DIRECTIONS:
        assert kernel_list(direction) == tuple(family for of, family in entries if of == direction)
        assert kernel_list(direction)[-1] == "reference"


def test_every_family_has_its_problems():
    assert set(FAMILIES) <= set(families.CHANNELS)


@pytest.mark.parametrize("family", FAMILIES)
@strategies.draws(0.4, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(data=st.data())
def test_every_kernel_is_exact_at_every_level(family, data):
    problem = data.draw(families.problems(family))
    layout, seed = data.draw(strategies.layouts), data.draw(strategies.seeds)
    dtype = data.draw(st.sampled_from((torch.float32, torch.float32, torch.float64)))
    tensors = [strategies.whole_numbers(shape, seed + i, dtype) for i, shape in enumerate(shapes(problem))]
    expected = exact(problem, tensors)
    limits = families.INEXACT[family](problem, tensors) if family in families.INEXACT else None
    tensors = [guarded(strategies.in_layout(tensor, layout)) for tensor in tensors]
    before = [tensor.untyped_storage().tolist() for tensor in tensors]
    for level in LEVELS if family != "reference" else LEVELS[-1:]:  # the definition is compiled once
        ops().use_isa(level)
        for direction in DIRECTIONS:
            if family in kernel_list(direction):
                result = run(direction, family, problem, tensors)
                if limits:
                    assert (np.abs(result.numpy() - expected[direction]) <= limits[direction]).all(), (direction, level)
                else:
                    np.testing.assert_array_equal(result.numpy(), expected[direction], f"{direction} at {level}")
    assert [tensor.untyped_storage().tolist() for tensor in tensors] == before


@pytest.fixture
def threads():
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("family", FAMILIES)
def test_same_row_same_bits(family, channels_last, threads):
    """Whatever else is in the batch, and on any number of threads."""
    problem = replace(families.LARGE[family], batch=64 if family != "reference" else 9)
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
    kernel, stride, dilation, padding = families.window(family)
    shaped = ((2, 4, 5, 4), (filters, 4 // groups, *kernel), (filters,))
    tensors = [strategies.numbers(shape, i, torch.float64).requires_grad_() for i, shape in enumerate(shaped)]

    def convolve(input, weight, bias):
        with use_kernel(family):
            return SF.conv2d(
                input, weight, bias, stride, padding, dilation, groups, padding_mode=mode, padding_value=value
            )

    torch.use_deterministic_algorithms(False)  # the checks fill some of their own tensors later
    assert check(convolve, tensors)


@pytest.mark.parametrize("layout", ["contiguous", "channels_last"])
@pytest.mark.parametrize("family", FAMILIES)
def test_opcheck(family, layout):
    groups = 4 if family == "depthwise" else 2
    window = ((9, 8), *families.window(family))
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
