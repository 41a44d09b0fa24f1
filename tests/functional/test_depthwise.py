import dataclasses

import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF


def depthwise(problem, multiplier):
    """The same window, one filter or more for each of the channels."""
    channels = problem.in_channels
    return dataclasses.replace(problem, groups=channels, out_channels=channels * multiplier)


@given(strategies.problems(ranks=(1, 2, 3, 4), modes=strategies.MODES), st.integers(1, 3), strategies.seeds)
def test_each_channel_meets_its_own_filters(drawn, multiplier, seed):
    problem, padding = depthwise(drawn[0], multiplier), drawn[1]
    input = strategies.whole_numbers(problem.input_shape, seed).requires_grad_()
    weight = strategies.whole_numbers(problem.weight_shape, seed + 1).requires_grad_()
    bias = strategies.whole_numbers((problem.out_channels,), seed + 2)
    result = SF.depthwise_conv(
        input,
        weight,
        bias,
        problem.stride,
        padding,
        problem.dilation,
        padding_mode=problem.modes,
        padding_value=problem.value,
    )
    seen, taps = input.detach().numpy(), weight.detach().numpy()
    np.testing.assert_array_equal(result.detach().numpy(), oracles.convolution(seen, taps, problem, bias.numpy()))
    grad = strategies.whole_numbers(result.shape, seed + 3)
    result.backward(grad)
    np.testing.assert_array_equal(input.grad.numpy(), oracles.backward_data(grad.numpy(), taps, problem))
    np.testing.assert_array_equal(weight.grad.numpy(), oracles.backward_weight(grad.numpy(), seen, problem))


def test_flip_and_activation_are_those_of_conv():
    input, weight = strategies.numbers((2, 3, 6, 7), 0), strategies.numbers((6, 1, 3, 2), 1)
    result = SF.depthwise_conv(input, weight, padding="same", flip=True, activation="relu")
    expected = SF.conv2d(input, weight.flip(2, 3), padding="same", groups=3).relu()
    torch.testing.assert_close(result, expected)


@pytest.mark.parametrize(
    ("input", "weight", "message"),
    [
        ((2, 3, 8), (4, 1, 3), r"weight must have shape \(C M, 1, \*K\) with M filters for each of the 3 channels"),
        ((2, 3, 8), (6, 2, 3), r"but got \(6, 2, 3\)"),
        ((2, 0, 8), (6, 1, 3), "each of the 0 channels"),
        ((8,), (3, 1, 3), r"input must have 3 dimensions .* or 2 without a batch.* but got 1: \(8,\)"),
        ((2, 3, 8), (3, 1), r"weight must have at least 3 dimensions"),
    ],
)
def test_what_does_not_fit_is_named(input, weight, message):
    with pytest.raises(ValueError, match=message):
        SF.depthwise_conv(torch.zeros(input), torch.zeros(weight))
