"""The rounding errors of Winograd's sums, against the bounds that csrc/winograd and csrc/samples state."""

import bounds
import numpy as np
import oracles
import pytest
import strategies
import torch

from striate.engine._load import ops
from striate.engine.arguments import BORDER_CODES
from striate.engine.selection import kernel_list

WINDOW = ((1, 1), (1, 1), ((1, 1), (1, 1)))
GEOMETRY = ([1, 1], [1, 1, 1, 1], [1, 1], 1, [BORDER_CODES["zeros"]] * 2)

# Of each family: a problem, the tiles of all its samples, and the matrices of its transforms.
FAMILIES = {
    "winograd": (oracles.Problem(2, 96, 40, (18, 15), (3, 3), *WINDOW), 2 * 5 * 4, bounds.winograd_matrices),
    "samples": (oracles.Problem(9, 12, 10, (6, 5), (5, 5), *WINDOW), 9 * 2 * 2, bounds.samples_matrices),
}


def error_and_bound(family, direction, dtype, wrong=0.0):
    """The distance from the exact result, and what is allowed; `wrong` is added to one element it reads."""
    problem, tiles, matrices = FAMILIES[family]
    out = (problem.batch, problem.out_channels, *oracles.output_size(problem))
    shapes = (problem.input_shape, problem.weight_shape, out)
    input, weight, grad = (strategies.numbers(shape, seed, dtype) for seed, shape in enumerate(shapes))
    x, w, g = (tensor.double().numpy().copy() for tensor in (input, weight, grad))
    kernel = kernel_list(direction).index(family)
    unit = np.finfo(x.dtype if dtype == torch.float64 else np.float32).dtype
    if direction == "forward":
        bound = bounds.winograd(direction, np.abs(x).max(), np.abs(w).sum(1), problem.in_channels, unit, matrices)
        weight[3, 5, 1, 2] += wrong
        result = ops().convolution(input, weight, None, *GEOMETRY, 0.0, kernel)
        exact = oracles.convolution(x, w, problem)
    elif direction == "backward_data":
        bound = bounds.winograd(direction, np.abs(g).max(), np.abs(w).sum(0), problem.out_channels, unit, matrices)
        weight[3, 5, 1, 2] += wrong
        result = ops().convolution_backward_data(grad, weight, input.shape, *GEOMETRY, kernel)
        exact = oracles.backward_data(g, w, problem)
    else:
        bound = bounds.winograd(direction, np.abs(x).max(), np.abs(g).max(), tiles, unit, matrices)
        grad[1, 3, 2, 1] += wrong
        result = ops().convolution_backward_weight(grad, input, weight.shape, *GEOMETRY, 0.0, kernel)
        exact = oracles.backward_weight(g, x, problem)
    return np.abs(result.double().numpy() - exact), np.reshape(bound, (-1, 1, 1) if np.ndim(bound) else ())


@pytest.mark.parametrize("family", FAMILIES)
def test_the_bound_s_matrices_are_the_algorithm(family):
    outputs, taps, signal = FAMILIES[family][2]()
    x, w = np.random.default_rng(1).standard_normal((2, 6))
    few, many = w[: taps.shape[1]], w[: outputs.shape[1]]
    np.testing.assert_allclose(outputs.T @ ((taps @ few) * (signal @ x)), np.correlate(x, few, "valid"), rtol=1e-12)
    np.testing.assert_allclose(taps.T @ ((outputs @ many) * (signal @ x)), np.correlate(x, many, "valid"), rtol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("direction", ["forward", "backward_data", "backward_weight"])
@pytest.mark.parametrize("family", FAMILIES)
def test_errors_stay_below_the_bound(family, direction, dtype):
    error, bound = error_and_bound(family, direction, dtype)
    assert (error <= bound).all()
    # Rounding errors add up like random steps: some hundred times below a bound for the worst case, and not zero.
    assert bound.min() / 1e6 < error.max()


@pytest.mark.parametrize("direction", ["forward", "backward_data", "backward_weight"])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_wrong_element_is_beyond_the_bound(family, direction):
    error, bound = error_and_bound(family, direction, torch.float32, wrong=20.0)
    assert (error > bound).any()
