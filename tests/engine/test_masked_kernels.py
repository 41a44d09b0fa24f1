"""The kernels of masked tensors, at every instruction set of this machine, against the definition.

As for the convolutions: sizes around the vector widths, whole numbers, NaN around every tensor, in fresh memory and,
here, in all that is hidden: none of it may be read.
"""

from itertools import product
from pathlib import Path

import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st
from kernels import LEVELS, guarded
from torch.library import opcheck

from striate.engine import blocks
from striate.engine._fakes import is_channels_last
from striate.engine._load import ops
from striate.engine.masked_kernel import MaskedCall, masked_depthwise

pytestmark = pytest.mark.usefixtures("fresh_memory_is_nan")
CHANNELS = (1, 2, 3, 7, 8, 15, 16, 17, 33)
SETTINGS = strategies.draws(1.5, suppress_health_check=[HealthCheck.too_slow])
dtypes = st.sampled_from((torch.float32, torch.float32, torch.float64))


def window_of(problem):
    return list(problem.stride), [n for pair in problem.amounts for n in pair], list(problem.dilation)


def hidden_is_nan(tensor, visible):
    shown = torch.from_numpy(strategies.spread(visible, tensor.shape[2:])).bool()
    return torch.where(shown, tensor, torch.nan)


@SETTINGS
@given(strategies.masked_problems(CHANNELS), strategies.layouts, strategies.layouts, dtypes, st.booleans())
def test_depthwise_is_exact_at_every_level(drawn, layout, layout_of_grad, dtype, with_bias):
    problem, visible, seed = drawn
    assume(problem.batch)
    output_shape = problem.batch, problem.out_channels, *oracles.output_size(problem)
    shapes = problem.input_shape, problem.weight_shape, output_shape, output_shape[1:2]
    input, weight, grad, bias = (strategies.whole_numbers(s, seed + i, dtype) for i, s in enumerate(shapes))
    shown, kept = (strategies.spread(visible, size) for size in (problem.size, output_shape[2:]))
    masked_input, masked_grad = input.numpy() * shown, grad.numpy() * kept
    output = oracles.convolution(masked_input, weight, problem, bias if with_bias else None) * kept
    for_input = oracles.backward_data(masked_grad, weight, problem) * shown
    for_weight = oracles.backward_weight(masked_grad, masked_input, problem)
    input = guarded(strategies.in_layout(hidden_is_nan(input, visible), layout))
    grad = guarded(strategies.in_layout(hidden_is_nan(grad, visible), layout_of_grad))
    weight, cells, window = guarded(weight), visible.squeeze(1), window_of(problem)
    for level in LEVELS:
        ops().use_isa(level)
        result = ops().masked_depthwise(input, weight, bias if with_bias else None, cells, *window)
        np.testing.assert_array_equal(result.numpy(), output, level)
        result = ops().masked_depthwise_backward_data(grad, weight, cells, problem.input_shape, *window)
        np.testing.assert_array_equal(result.numpy(), for_input, level)
        result = ops().masked_depthwise_backward_weight(grad, input, cells, problem.weight_shape, *window)
        np.testing.assert_array_equal(result.numpy(), for_weight, level)


@pytest.mark.parametrize(("cells", "channels", "size"), [((7, 7), 96, 56), ((2, 3), 40, 48), ((1, 16), 20, 160)])
@pytest.mark.parametrize("layout", ["contiguous", "channels_last"])
def test_images_of_many_boxes(layout, cells, channels, size):
    problem = oracles.Problem(2, channels, channels, (size, size), (7, 7), (1, 1), (1, 1), ((3, 3),) * 2, channels)
    visible = torch.rand((2, 1, *cells), generator=torch.Generator().manual_seed(0)) < 0.5
    input, grad = (strategies.whole_numbers(problem.input_shape, i, torch.float32) for i in range(2))
    weight = strategies.whole_numbers(problem.weight_shape, 2, torch.float32)
    shown = torch.from_numpy(strategies.spread(visible, (size, size))).float()
    leaf, taps = (input * shown).requires_grad_(), weight.clone().requires_grad_()
    expected = torch.nn.functional.conv2d(leaf, taps, padding=3, groups=channels) * shown
    expected.backward(grad)
    window, cells = window_of(problem), visible.squeeze(1)
    input, grad = (strategies.in_layout(hidden_is_nan(tensor, visible), layout) for tensor in (input, grad))
    for level in LEVELS:
        ops().use_isa(level)
        assert torch.equal(ops().masked_depthwise(input, weight, None, cells, *window), expected), level
        for_input = ops().masked_depthwise_backward_data(grad, weight, cells, input.shape, *window)
        assert torch.equal(for_input, leaf.grad * shown), level
        for_weight = ops().masked_depthwise_backward_weight(grad, input, cells, weight.shape, *window)
        assert torch.equal(for_weight, taps.grad), level


@SETTINGS
@given(strategies.masked_problems(CHANNELS), strategies.layouts, dtypes, st.data())
def test_blocks_are_gathered_and_scattered_at_every_level(drawn, layout, dtype, data):
    problem, visible, seed = drawn
    signal = strategies.whole_numbers(problem.input_shape, seed, dtype)
    before = [data.draw(st.integers(-2, 3)) for _ in problem.size]
    extent = [data.draw(st.integers(1, 7)) for _ in problem.size]
    shown = signal.numpy() * strategies.spread(visible, problem.size)
    around = np.pad(shown, ((0, 0), (0, 0), *((10, 10),) * len(extent)))
    cell = [n // cells for n, cells in zip(problem.size, visible.shape[2:], strict=True)]
    parts = []
    for sample, *place in visible.squeeze(1).nonzero().tolist():
        starts = [10 + p * c - b for p, c, b in zip(place, cell, before, strict=True)]
        window = tuple(slice(start, start + n) for start, n in zip(starts, extent, strict=True))
        parts.append(np.moveaxis(around[(sample, slice(None), *window)], 0, -1))
    expected = np.array(parts).reshape(len(parts), *extent, signal.shape[1])
    cells = visible.squeeze(1)
    signal = guarded(strategies.in_layout(hidden_is_nan(signal, visible), layout))
    for level, last in product(LEVELS, (False, True)):
        ops().use_isa(level)
        np.testing.assert_array_equal(ops().gather_blocks(signal, cells, before, extent).numpy(), expected, level)
        whole = ops().gather_blocks(signal, cells, [0] * len(cell), cell)
        back = ops().scatter_blocks(guarded(whole), cells, problem.size, last)
        np.testing.assert_array_equal(back.numpy(), shown, level)


@pytest.fixture
def threads():
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.mark.parametrize("layout", ["contiguous", "channels_last"])
def test_same_row_same_bits(layout, threads):
    """Whatever else is in the batch, on any number of threads."""
    input, weight = strategies.numbers((64, 21, 12, 20), 0), strategies.numbers((21, 1, 5, 3), 1)
    cells = torch.rand((64, 3, 5), generator=torch.Generator().manual_seed(2)) < 0.4
    window = [1, 1], [2, 2, 1, 1], [1, 1]
    input = strategies.in_layout(input, layout)

    def run(batch, level):
        ops().use_isa(level)
        rows, shown = input[:batch], cells[:batch]
        output = ops().masked_depthwise(rows, weight, None, shown, *window)
        return output, ops().masked_depthwise_backward_data(rows, weight, shown, rows.shape, *window)

    for level in LEVELS:
        threads(1)
        expected = run(64, level)
        for count, batch in product((1, 2, 3), (1, 7, 64)):
            threads(count)
            for result, whole in zip(run(batch, level), expected, strict=True):
                assert torch.equal(result, whole[:batch]), (level, count, batch)


WINDOW = [1, 2], [1, 1, 1, 0], [1, 1]


def example(layout, dtype=torch.float32):
    """Input, weight, bias and cells that fit `WINDOW`."""
    input = strategies.in_layout(strategies.numbers((2, 3, 6, 8), 0, dtype), layout)
    cells = torch.tensor([[[1, 0], [0, 1], [1, 1]], [[0, 0], [0, 1], [0, 0]]]).bool()
    return input, strategies.numbers((6, 1, 3, 2), 1, dtype), strategies.numbers((6,), 2, dtype), cells


@pytest.mark.parametrize("layout", ["contiguous", "channels_last"])
def test_opcheck(layout):
    input, weight, bias, cells = example(layout)
    output = ops().masked_depthwise(input, weight, bias, cells, *WINDOW)
    assert is_channels_last(output) == (layout == "channels_last")
    torch.use_deterministic_algorithms(False)
    opcheck(ops().masked_depthwise.default, (input, weight, bias, cells, *WINDOW))
    opcheck(ops().masked_depthwise_backward_data.default, (output, weight, cells, input.shape, *WINDOW))
    opcheck(ops().masked_depthwise_backward_weight.default, (output, input, cells, weight.shape, *WINDOW))


@pytest.mark.parametrize("layout", ["contiguous", "channels_last"])
@pytest.mark.parametrize("check", [torch.autograd.gradcheck, torch.autograd.gradgradcheck])
def test_derivatives(check, layout):
    torch.use_deterministic_algorithms(False)  # the checks fill some of their own tensors later
    *leaves, cells = example(layout, torch.float64)
    call = MaskedCall(cells, WINDOW)
    assert check(lambda *leaves: masked_depthwise(*leaves, call), [leaf.requires_grad_() for leaf in leaves])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weight": torch.zeros(6, 3, 3, 2)}, r"weight must be of one filter a channel of the input \(2, 3, 6, 8\)"),
        ({"weight": torch.zeros(6, 1, 3, 2).double()}, "input and weight must have the same dtype"),
        ({"input": torch.zeros(0, 3, 6, 8)}, r"input must have at least one sample, but has shape \(0, 3, 6, 8\)"),
        ({"cells": torch.ones(2, 3, 2)}, "mask must be contiguous and of bool"),
        ({"cells": torch.ones(1, 3, 2).bool()}, r"mask must have shape \(2, \*cells\) with 2 axes of cells, but has"),
        ({"cells": torch.ones(2, 4, 2).bool()}, "mask has 4 cells on an axis, which do not divide its 6 elements"),
        ({"cells": torch.ones(2, 3, 8).bool()}, "mask has 8 cells on an axis, which do not divide its 4 elements"),
    ],
)
def test_misfits_are_refused(changes, message):
    input, weight, bias, cells = example("contiguous")
    arguments = {"input": input, "weight": weight, "bias": bias, "cells": cells, **changes}
    with pytest.raises(RuntimeError, match=message):
        ops().masked_depthwise(*arguments.values(), *WINDOW)


@pytest.mark.parametrize("contiguous", [True, False])
def test_blocks_without_kernels_are_the_same(monkeypatch, contiguous):
    signal = strategies.in_layout(strategies.numbers((2, 5, 8, 12), 0), "contiguous" if contiguous else "channels_last")
    visible = blocks.Blocks.of(torch.rand((2, 4, 3), generator=torch.Generator().manual_seed(1)) < 0.5)
    parts = visible.gather(signal, (1, -1), (5, 3)), visible.gather(signal, (0, 0), (2, 4))
    whole = visible.scatter(parts[1], (8, 12), contiguous)
    monkeypatch.setattr(blocks, "may_run", lambda *_: False)
    assert torch.equal(visible.gather(signal, (1, -1), (5, 3)), parts[0])
    assert torch.equal(visible.gather(signal, (0, 0), (2, 4)), parts[1])
    again = visible.scatter(parts[1], (8, 12), contiguous)
    assert torch.equal(again, whole)
    assert again.stride() == whole.stride()


def test_the_readme_s_loops_are_the_blocks():
    readme = (Path(__file__).parents[2] / "csrc/blocks/README.md").read_text()
    names = {}
    exec(readme.split("```python\n")[1].split("```")[0], names)
    signal, cells = strategies.numbers((2, 3, 12), 0), torch.tensor([[1, 0, 1], [0, 0, 1]]).bool()
    parts = ops().gather_blocks(signal, cells, [2], [7])
    np.testing.assert_array_equal(parts.numpy(), names["gather"](signal.numpy(), cells.numpy(), 2, 7))
    parts = ops().gather_blocks(signal, cells, [0], [4])
    whole = ops().scatter_blocks(parts, cells, [12], False)
    np.testing.assert_array_equal(whole.numpy(), names["scatter"](parts.numpy(), cells.numpy()))
