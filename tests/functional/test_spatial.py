from itertools import pairwise

import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF


def chain(problem, between, seed):
    """Weights of small whole numbers from the problem's input channels to its outputs."""
    counts = [problem.in_channels, *(problem.groups * c for c in between), problem.out_channels]
    return [
        strategies.whole_numbers((after, before // problem.groups, taps), seed + i) % 3 - 1
        for i, ((before, after), taps) in enumerate(zip(pairwise(counts), problem.kernel, strict=True))
    ]


def dense(weights, groups):
    """The kernel by its definition: the sum over every path of channels from input to output."""
    first = weights[0].numpy()
    kernel = np.stack(np.split(first, groups))
    for weight in weights[1:]:
        step = np.stack(np.split(weight.numpy(), groups))
        kernel = (kernel[:, None, :, ..., None] * step.reshape(*step.shape[:3], *(1,) * (kernel.ndim - 2), -1)).sum(2)
    return kernel.reshape(-1, *kernel.shape[2:])


@given(
    strategies.problems(ranks=(2, 3, 4), modes=strategies.MODES),
    st.lists(st.integers(1, 3), min_size=3, max_size=3),
    strategies.seeds,
)
def test_it_is_the_convolution_with_the_joined_kernel(drawn, between, seed):
    problem, padding = drawn
    weights = chain(problem, between[: len(problem.size) - 1], seed)
    input = strategies.whole_numbers(problem.input_shape, seed)
    bias = strategies.whole_numbers((problem.out_channels,), seed + 9)
    kernel = dense(weights, problem.groups)
    np.testing.assert_array_equal(SF.join_kernel(weights, problem.groups).numpy(), kernel)
    result = SF.spatial_separable_conv(
        input,
        weights,
        bias,
        problem.stride,
        padding,
        problem.dilation,
        problem.groups,
        padding_mode=problem.modes,
        padding_value=problem.value,
    )
    np.testing.assert_array_equal(result.numpy(), oracles.convolution(input.numpy(), kernel, problem, bias.numpy()))


@given(strategies.problems(ranks=(2, 3), modes=("mean", "zeros", "symmetric")), strategies.seeds)
def test_the_mean_is_that_of_the_input(drawn, seed):
    problem, padding = drawn
    weights = chain(problem, (2, 3)[: len(problem.size) - 1], seed)
    input = strategies.numbers(problem.input_shape, seed, torch.float64)
    result = SF.spatial_separable_conv(
        input, weights, None, problem.stride, padding, problem.dilation, problem.groups, padding_mode=problem.modes
    )
    expected = oracles.convolution(input.numpy(), dense(weights, problem.groups), problem)
    torch.testing.assert_close(result, torch.from_numpy(expected))


def test_flip_reverses_every_axis():
    input, weights = strategies.whole_numbers((2, 3, 6, 7), 0), [torch.randn(2, 3, 3), torch.randn(4, 2, 2)]
    weights = [weight.double() for weight in weights]
    expected = SF.conv2d(input, SF.join_kernel(weights), padding="full", flip=True)
    torch.testing.assert_close(SF.spatial_separable_conv(input, weights, padding="full", flip=True), expected)


@pytest.mark.parametrize(("kernel", "groups"), [((3, 5), 1), ((3, 5), 2), ((2, 3, 4), 1), ((3, 2, 2, 3), 2)])
def test_a_kernel_of_full_rank_is_found_exactly(kernel, groups):
    weight = strategies.numbers((4, 3, *kernel), 0, torch.float64)
    weights, residual = SF.separate_kernel(weight, groups=groups)
    assert residual < 1e-6
    torch.testing.assert_close(SF.join_kernel(weights, groups), weight, rtol=0, atol=1e-6)
    norms = [float(step.norm()) for step in weights]
    np.testing.assert_allclose(norms, norms[0])


def test_the_fewest_channels_are_found():
    weights = [strategies.numbers((2, 3, 5), 0), strategies.numbers((3, 2, 4), 1), strategies.numbers((6, 3, 3), 2)]
    found, residual = SF.separate_kernel(SF.join_kernel(weights))
    assert [step.shape for step in found] == [step.shape for step in weights]
    assert residual < 1e-6


def test_two_axes_are_separated_as_well_as_any_can():
    weight = strategies.numbers((4, 2, 3, 5), 0, torch.float64)
    values = np.linalg.svd(weight.numpy().transpose(1, 2, 0, 3).reshape(6, 20), compute_uv=False)
    for rank in (1, 2, 5):
        weights, residual = SF.separate_kernel(weight, rank)
        assert weights[0].shape[0] == rank
        left_out = np.sqrt((values[rank:] ** 2).sum() / (values**2).sum())
        np.testing.assert_allclose(residual, left_out)
        difference = (SF.join_kernel(weights) - weight).norm() / weight.norm()
        np.testing.assert_allclose(float(difference), residual)


@given(st.integers(0, 100), st.floats(0.05, 0.9))
def test_the_tolerance_is_kept(seed, tolerance):
    weight = strategies.numbers((4, 2, 3, 3, 2), seed, torch.float64)
    weights, residual = SF.separate_kernel(weight, groups=2, tolerance=tolerance)
    difference = (SF.join_kernel(weights, 2) - weight).norm() / weight.norm()
    np.testing.assert_allclose(float(difference), residual, atol=1e-12)
    assert residual <= tolerance


def test_a_kernel_of_zeros():
    weights, residual = SF.separate_kernel(torch.zeros(2, 3, 3, 3))
    assert residual == 0
    assert not SF.join_kernel(weights).any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rank": 0}, "rank must be at least 1, but got 0"),
        ({"rank": 10}, "rank must be at most 6 behind axis 0, but got 10"),
        ({"rank": (1, 1)}, "rank must be an int or 1 int, but got 2"),
        ({"groups": 3}, "weight has 4 output channels, which groups 3 does not divide"),
        ({"weight": torch.zeros(4, 2, 3)}, r"weight must have two spatial axes or more .* got \(4, 2, 3\)"),
    ],
)
def test_what_cannot_be_separated_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        SF.separate_kernel(**{"weight": torch.zeros(4, 2, 3, 3), **arguments})


@pytest.mark.parametrize(
    ("shapes", "groups", "message"),
    [
        ([(4, 3, 3), (6, 5, 3)], 1, r"weights\[1\] must take the 4 channels that weights\[0\] makes, in groups 1"),
        ([(4, 3, 3), (6, 4, 3, 3)], 1, r"weights must be one \(R_a, R_\(a-1\) / groups, K_a\) an axis"),
        ([], 1, r"weights must be one .* but got shapes \[\]"),
        ([(4, 3, 3), (5, 2, 3)], 2, r"weights\[1\] has 5 output channels, which groups 2 does not divide"),
        ([(4, 3, 3), (5, 4, 3), (5, 5, 3), (5, 5, 3)], 1, "input must have 6 dimensions .* for 4 weights, but got 4"),
    ],
)
def test_weights_that_do_not_fit_are_named(shapes, groups, message):
    with pytest.raises(ValueError, match=message):
        SF.spatial_separable_conv(torch.zeros(1, 3, 8, 8), [torch.zeros(shape) for shape in shapes], groups=groups)
