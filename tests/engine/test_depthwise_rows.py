"""The second form of the depthwise kernels, with lanes along the rows of contiguous planes."""

import oracles
import pytest
import strategies
import torch
from test_kernels_inc import LEVELS, exact, guarded, run, shapes

from striate.engine._load import ops

# Name: multiplier, size, kernel, dilation, padding an axis, borders. Stride 1; rows of 28 outputs, or of 128 under a
# flat kernel.
PROBLEMS = {
    "taps": (1, (300,), (31,), (1,), ((15, 15),), ("zeros",)),
    "dilated taps": (2, (259,), (9,), (5,), ((3, 30),), ("constant",)),
    "two boxes": (1, (33000,), (3,), (1,), ((1, 1),), ("constant",)),
    "3x3": (1, (31, 57), (3, 3), (1, 1), ((1, 1), (1, 1)), ("zeros", "zeros")),
    "cropped": (1, (17, 47), (2, 3), (1, 2), ((-2, 3), (4, -1)), ("zeros", "constant")),
    "copied borders": (3, (15, 29), (3, 2), (1, 1), ((2, 2), (3, 4)), ("reflect", "circular")),
    "flat": (1, (3, 140), (1, 20), (1, 1), ((1, 0), (2, 2)), ("zeros", "zeros")),
    "3-D": (1, (5, 6, 33), (3, 3, 3), (2, 1, 1), ((2, 2), (1, 1), (1, 0)), ("zeros", "zeros", "zeros")),
}


def problem(name, channels=3, batch=2):
    multiplier, size, kernel, dilation, padding, modes = PROBLEMS[name]
    value = 2.0 if "constant" in modes else 0.0
    modes = tuple("constant" if value and mode == "zeros" else mode for mode in modes)
    stride = (1,) * len(size)
    return oracles.Problem(
        batch, channels, channels * multiplier, size, kernel, stride, dilation, padding, channels, modes, value
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", PROBLEMS)
def test_whole_numbers_are_exact(name, dtype):
    asked = problem(name, 1 if name == "two boxes" else 3)
    tensors = [strategies.whole_numbers(shape, seed, dtype) for seed, shape in enumerate(shapes(asked))]
    expected = exact(asked, tensors)
    tensors = [guarded(tensor) for tensor in tensors]
    try:
        for level in LEVELS:
            ops().use_isa(level)
            for direction, result in expected.items():
                ours = run(direction, "depthwise", asked, tensors)
                assert torch.equal(ours.double(), torch.from_numpy(result)), (direction, level)
    finally:
        ops().use_isa("")


@pytest.mark.parametrize("name", ["taps", "3x3"])
def test_same_row_same_bits(name):
    """Whatever else is in the batch, and on any number of threads."""
    asked, threads = problem(name, 40, 7), torch.get_num_threads()
    tensors = [strategies.numbers(shape, seed) for seed, shape in enumerate(shapes(asked))]
    rows = [tensors[0][:1], *tensors[1:3], tensors[3][:1]]
    try:
        for direction in ("forward", "backward_data"):
            torch.set_num_threads(1)
            expected = run(direction, "depthwise", asked, tensors)
            assert torch.equal(run(direction, "depthwise", problem(name, 40, 1), rows), expected[:1])
            for count in (2, 3):
                torch.set_num_threads(count)
                assert torch.equal(run(direction, "depthwise", asked, tensors), expected)
    finally:
        torch.set_num_threads(threads)
