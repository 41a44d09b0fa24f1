import numpy as np
import oracles
import pytest
import torch

from striate.bench.exact import extended, longest_sum, operands
from striate.engine.problem import Problem

PROBLEMS = (
    "b2 c3 o4 i9 k3 s2 p1:0",
    "b2 c4 o6 g2 i5x7 k3x2 s2x1 d1x2 p1:1x2:0",
    "b1 c2 o2 g2 i4x5x3 k2x2x2 p0:1x1:0x1:1",
    "b2 c2 o3 i6x5 k3x3 p2:3x-1:2 mreflectxcircular",
    "b1 c2 o3 i6x5 k3x3 p2:3x1:2 msymmetricxreplicate",
    "b1 c2 o3 i6x5 k3x3 p2:3x1:2 mconstantxreflect v1.5",
)


def oracle_of(problem):
    return oracles.Problem(
        problem.batch,
        problem.in_channels,
        problem.out_channels,
        problem.size,
        problem.kernel,
        problem.stride,
        problem.dilation,
        problem.padding,
        problem.groups,
        problem.modes,
        problem.value,
    )


@pytest.mark.parametrize("text", PROBLEMS)
def test_the_exact_results_are_the_definition(text):
    problem = Problem.parse(text)
    drawn = operands(problem, gradients=True, seed=3)
    oracle, (input, weight, grad) = oracle_of(problem), (t.numpy() for t in (drawn.input, drawn.weight, drawn.grad))
    for result, expected in zip(
        drawn.exact,
        (
            oracles.convolution(input, weight, oracle),
            oracles.backward_data(grad, weight, oracle),
            oracles.backward_weight(grad, input, oracle),
        ),
        strict=True,
    ):
        np.testing.assert_array_equal(result.numpy(), expected)


def test_operands_are_whole_numbers_from_minus_2_to_2_and_follow_the_seed():
    problem = Problem.parse("b2 c3 o4 i9x9 k3x3 f64")
    first, again, other = (operands(problem, gradients=False, seed=seed) for seed in (1, 1, 2))
    assert set(first.input.unique().tolist()) == {-2.0, -1.0, 0.0, 1.0, 2.0}
    assert first.input.dtype == torch.float64
    assert torch.equal(first.weight, again.weight)
    assert not torch.equal(first.weight, other.weight)
    assert len(first.exact) == 1


def test_the_longest_sum():
    assert longest_sum(Problem.parse("b1 c8 o4 g2 i5x5 k3x3")) == 8 // 2 * 9
    assert longest_sum(Problem.parse("b1 c4 o8 g2 i5x5 k3x3")) == 8 // 2 * 9
    assert longest_sum(Problem.parse("b9 c1 o1 i5x5 k3x3")) == 9 * 9


def test_sums_that_float32_cannot_hold_are_refused():
    with pytest.raises(ValueError, match=r"a sum of 4194304 products is not exact in float32; take a smaller batch"):
        operands(Problem.parse("b64 c1 o1 i256x256 k1x1"), gradients=False)


def test_a_crop_sees_the_whole_axis_first():
    row = torch.arange(5.0).reshape(1, 1, 5)
    problem = Problem.parse("b1 c1 o1 i5 k1 p3:-2 mreflect")
    assert extended(row, problem).flatten().tolist() == [3, 2, 1, 0, 1, 2]


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("wrong", [1.0, -1.0, float("nan"), float("inf")])
def test_one_wrong_element_is_found(which, wrong):
    drawn = operands(Problem.parse("b2 c3 o4 i9x9 k3x3"), gradients=True)
    results = [tensor.clone() for tensor in drawn.exact]
    drawn.check("it", results)
    results[which][1, 2, 0, 1] += 0.4
    drawn.check("it", results)  # rounding
    results[which][1, 2, 0, 1] += wrong
    name = ("output", "grad_input", "grad_weight")[which]
    with pytest.raises(RuntimeError, match=rf"it is wrong on b2 c3 o4 i9x9 k3x3: {name} at \(1, 2, 0, 1\) is .*, not "):
        drawn.check("it", results)


def test_a_wrong_shape_is_found():
    drawn = operands(Problem.parse("b2 c3 o4 i9x9 k3x3"), gradients=False)
    with pytest.raises(RuntimeError, match=r"output has shape \(1, 4, 7, 7\), not \(2, 4, 7, 7\)"):
        drawn.check("it", [drawn.exact[0][:1]])
