"""The backbone: `<conv(x), y> == <x, conv_transpose(y)>` for every window and border rule; 300 draws a rank."""

import bounds
import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import striate.functional as SF


def both(problem, padding, input, weight, grad, flip=False):
    """The convolution without its constant, and its transpose back to the input's size."""
    modes = tuple("zeros" if mode == "constant" else mode for mode in problem.modes)
    window = {"dilation": problem.dilation, "groups": problem.groups, "flip": flip}
    forth = SF.conv(input, weight, None, problem.stride, padding, **window, padding_mode=modes)
    back = SF.conv_transpose(
        forth if grad is None else grad,
        weight,
        None,
        problem.stride,
        padding,
        padding_mode=problem.modes,
        output_size=problem.size,
        **window,
    )
    return forth, back


def products(problem, padding, seed, dtype=torch.float64, flip=False):
    input = strategies.numbers(problem.input_shape, seed, dtype)
    weight = strategies.numbers(problem.weight_shape, seed + 1, dtype)
    size = SF.conv(input, weight, None, problem.stride, padding, problem.dilation, problem.groups).shape
    grad = strategies.numbers(size, seed + 2, dtype)
    forth, back = both(problem, padding, input, weight, grad, flip)
    assert back.shape == input.shape
    return (forth * grad).sum().item(), (input * back).sum().item(), (input, weight, grad)


def bound(tensors):
    """Of either side's sum: each grad meets each tap of its window, and nothing is larger than the largest."""
    input, weight, grad = tensors
    if not input.numel():
        return 0.0
    taps = weight[0].numel()
    magnitude = grad.abs().sum().item() * taps * input.abs().max().item() * weight.abs().max().item()
    terms = taps * grad.numel() + input.numel()  # a mean is a sum of its own
    return 2 * bounds.summation(magnitude, terms, np.float64)


@pytest.mark.parametrize("rank", [1, 2, 3, 4])
def test_the_transposed_is_the_adjoint(rank):
    drawn = 0

    @settings(max_examples=max(300, settings.default.max_examples))
    @given(strategies.problems(ranks=(rank,), largest={1: 11, 2: 8, 3: 5, 4: 3}[rank]), strategies.seeds, st.booleans())
    def check(drawn_problem, seed, flip):
        nonlocal drawn
        problem, padding = drawn_problem
        forth, back, tensors = products(problem, padding, seed, flip=flip)
        assert abs(forth - back) <= bound(tensors)
        drawn += 1

    check()
    assert drawn >= 300


def test_the_check_can_fail():
    problem = oracles.Problem(2, 3, 2, (7, 6), (3, 2), (2, 1), (1, 2), ((1, 2), (0, 3)), modes=("reflect",) * 2)
    forth, back, tensors = products(problem, problem.amounts, 0)
    input, weight, grad = tensors
    assert abs(forth - back) <= bound(tensors)
    wrong = SF.conv_transpose(
        grad, weight, None, (2, 1), problem.amounts, dilation=(1, 2), output_size=(7, 6), padding_mode="symmetric"
    )
    assert abs(forth - (input * wrong).sum().item()) > bound(tensors)


@given(strategies.problems(ranks=(1, 2, 3), modes=(*strategies.MODES, "mean")), strategies.seeds)
def test_its_gradient_is_the_convolution(drawn, seed):
    problem, padding = drawn
    input = strategies.numbers(problem.input_shape, seed, torch.float64)
    weight = strategies.numbers(problem.weight_shape, seed + 1, torch.float64)
    forth, _ = both(problem, padding, input, weight, None)
    grad = strategies.numbers(forth.shape, seed + 2, torch.float64).requires_grad_()
    _, back = both(problem, padding, input, weight, grad)
    (slope,) = torch.autograd.grad(back, grad, input)
    torch.testing.assert_close(slope, forth)
