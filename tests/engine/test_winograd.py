"""The rounding errors of the Winograd kernels, against the bound that csrc/winograd/README.md states."""

import bounds
import numpy as np
import oracles
import pytest
import strategies
import torch

from striate.engine._load import ops
from striate.engine.arguments import BORDER_CODES
from striate.engine.selection import kernel_list

PROBLEM = oracles.Problem(2, 96, 40, (18, 15), (3, 3), (1, 1), (1, 1), ((1, 1), (1, 1)))
GEOMETRY = ([1, 1], [1, 1, 1, 1], [1, 1], 1, [BORDER_CODES["zeros"]] * 2)
TILES = 2 * 5 * 4


def error_and_bound(direction, dtype, wrong=0.0):
    """The distance from the exact result, and what is allowed; `wrong` is added to one element it reads."""
    out = (PROBLEM.batch, PROBLEM.out_channels, *oracles.output_size(PROBLEM))
    shapes = (PROBLEM.input_shape, PROBLEM.weight_shape, out)
    input, weight, grad = (strategies.numbers(shape, seed, dtype) for seed, shape in enumerate(shapes))
    x, w, g = (tensor.double().numpy().copy() for tensor in (input, weight, grad))
    kernel = kernel_list(direction).index("winograd")
    unit = np.finfo(x.dtype if dtype == torch.float64 else np.float32).dtype
    if direction == "forward":
        bound = bounds.winograd(direction, np.abs(x).max(), np.abs(w).sum(1), PROBLEM.in_channels, unit)
        weight[3, 5, 1, 2] += wrong
        result = ops().convolution(input, weight, None, *GEOMETRY, 0.0, kernel)
        exact = oracles.convolution(x, w, PROBLEM)
    elif direction == "backward_data":
        bound = bounds.winograd(direction, np.abs(g).max(), np.abs(w).sum(0), PROBLEM.out_channels, unit)
        weight[3, 5, 1, 2] += wrong
        result = ops().convolution_backward_data(grad, weight, input.shape, *GEOMETRY, kernel)
        exact = oracles.backward_data(g, w, PROBLEM)
    else:
        bound = bounds.winograd(direction, np.abs(x).max(), np.abs(g).max(), TILES, unit)
        grad[1, 3, 7, 5] += wrong
        result = ops().convolution_backward_weight(grad, input, weight.shape, *GEOMETRY, 0.0, kernel)
        exact = oracles.backward_weight(g, x, PROBLEM)
    return np.abs(result.double().numpy() - exact), np.reshape(bound, (-1, 1, 1) if np.ndim(bound) else ())


def test_the_bound_s_matrices_are_the_algorithm():
    outputs, taps, signal = bounds.winograd_matrices()
    x, w = np.random.default_rng(1).standard_normal((2, 6))
    expected = np.correlate(x, w[:3], "valid")
    np.testing.assert_allclose(outputs.T @ ((taps @ w[:3]) * (signal @ x)), expected, rtol=1e-12)
    np.testing.assert_allclose(taps.T @ ((outputs @ w[:4]) * (signal @ x)), np.correlate(x, w[:4], "valid"), rtol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("direction", ["forward", "backward_data", "backward_weight"])
def test_errors_stay_below_the_bound(direction, dtype):
    error, bound = error_and_bound(direction, dtype)
    assert (error <= bound).all()
    # Rounding errors add up like random steps: some hundred times below a bound for the worst case, and not zero.
    assert bound.min() / 1e6 < error.max()


@pytest.mark.parametrize("direction", ["forward", "backward_data", "backward_weight"])
def test_a_wrong_element_is_beyond_the_bound(direction):
    error, bound = error_and_bound(direction, torch.float32, wrong=2.0)
    assert (error > bound).any()
