"""Zeros between the elements of the input, by the definition in NumPy."""

import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF
from striate import use_kernel


def spread(input, steps):
    size = [(n - 1) * step + 1 for n, step in zip(input.shape[2:], steps, strict=True)]
    result = np.zeros((*input.shape[:2], *size))
    result[(slice(None), slice(None), *(slice(None, None, step) for step in steps))] = input
    return result


@st.composite
def spread_problems(draw):
    problem, padding = draw(strategies.problems(ranks=(1, 2, 3, 4), modes=strategies.MODES, words=False, largest=6))
    steps = [draw(st.integers(1, 3)) for _ in problem.size]
    size = tuple((n - 1) * step + 1 for n, step in zip(problem.size, steps, strict=True))
    if draw(st.booleans()):  # the short way: stride 1 and zeros around
        problem = oracles.Problem(**{**problem.__dict__, "stride": (1,) * len(size), "modes": (), "value": 0.0})
    return problem, oracles.Problem(**{**problem.__dict__, "size": size}), padding, steps


@given(spread_problems(), strategies.seeds, st.sampled_from((None, "reference", "torch")))
def test_it_equals_the_definition_with_its_gradients(drawn, seed, kernel):
    problem, dense, padding, steps = drawn
    input = strategies.whole_numbers(problem.input_shape, seed).requires_grad_()
    weight = strategies.whole_numbers(problem.weight_shape, seed + 1).requires_grad_()
    bias = strategies.whole_numbers((problem.out_channels,), seed + 2)
    window = (problem.stride, padding, problem.dilation, problem.groups)
    border = {"padding_mode": problem.modes, "padding_value": problem.value, "input_dilation": steps}
    one_value = problem.value == 0 or "zeros" not in problem.modes
    if kernel == "reference" and one_value and len(steps) < 4:
        with use_kernel("reference"):
            result = SF.conv(input, weight, bias, *window, **border)
    else:
        result = SF.conv(input, weight, bias, *window, **border)
    plain, taps = spread(input.detach().numpy(), steps), weight.detach().numpy()
    np.testing.assert_array_equal(result.detach().numpy(), oracles.convolution(plain, taps, dense, bias.numpy()))
    grad = strategies.whole_numbers(result.shape, seed + 3)
    result.backward(grad)
    every = (slice(None), slice(None), *(slice(None, None, step) for step in steps))
    np.testing.assert_array_equal(input.grad.numpy(), oracles.backward_data(grad.numpy(), taps, dense)[every])
    np.testing.assert_array_equal(weight.grad.numpy(), oracles.backward_weight(grad.numpy(), plain, dense))


def test_words_see_the_spread_signal():
    signal, kernel = torch.tensor([[[1.0, 2, 3]]]), torch.tensor([[[1.0, 10, 100]]])
    assert SF.conv1d(signal, kernel, input_dilation=2, padding="same").flatten().tolist() == [10, 201, 20, 302, 30]
    mirrored = SF.conv1d(signal, kernel, input_dilation=2, padding=2, padding_mode="reflect")
    assert mirrored.flatten().tolist() == [102, 10, 201, 20, 302, 30, 203]
    assert SF.conv1d(signal[0], kernel, input_dilation=(2,), flip=True, padding="causal").shape == (1, 5)


def test_with_an_activation():
    signal, kernel = strategies.numbers((1, 2, 5), 0), strategies.numbers((3, 2, 3), 1)
    result = SF.conv1d(signal, kernel, input_dilation=2, activation="relu")
    torch.testing.assert_close(result, SF.conv1d(signal, kernel, input_dilation=2).relu())


def test_compiled_and_transformed():
    input, weight = strategies.numbers((2, 3, 5, 4), 0), strategies.numbers((4, 3, 3, 2), 1)

    def call(input):
        return SF.conv2d(input, weight, None, 1, "same", input_dilation=(2, 3)) + SF.conv2d(
            input, weight, padding="same", padding_mode="circular", input_dilation=(2, 3)
        )

    expected = call(input)
    torch.compiler.reset()
    torch.testing.assert_close(torch.compile(call, backend="aot_eager", fullgraph=True)(input), expected)
    torch.testing.assert_close(torch.vmap(call)(input[:, None])[:, 0], expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"input_dilation": 0}, "input_dilation must be at least 1, but got 0"),
        ({"input_dilation": (2, 2)}, "input_dilation must be an int or 1 int, but got 2"),
        ({"input_dilation": 2, "groups": 2}, "input must have 4 channels"),
        ({"input_dilation": 2, "dilation": 9}, r"kernel size 3 \(extent 19 .* larger than the padded input size 9"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        SF.conv1d(torch.zeros(1, 2, 5), torch.zeros(3, 2, 3), **arguments)
