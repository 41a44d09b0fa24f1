import dataclasses

import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF
from striate import use_kernel


def window(problem, padding):
    return {
        "stride": problem.stride,
        "padding": padding,
        "dilation": problem.dilation,
        "padding_mode": problem.modes,
        "padding_value": problem.value,
    }


@given(
    strategies.problems(ranks=(1, 2, 3, 4), modes=strategies.MODES), st.integers(1, 2), strategies.seeds, st.booleans()
)
def test_it_is_the_two_definitions_one_after_the_other(drawn, multiplier, seed, relu):
    problem, padding = drawn
    channels, outputs = problem.in_channels, problem.out_channels
    inner = dataclasses.replace(problem, groups=channels, out_channels=channels * multiplier)
    ones = (1,) * len(problem.size)
    outer = oracles.Problem(
        problem.batch,
        channels * multiplier,
        outputs,
        oracles.output_size(inner),
        *(ones, ones, ones),
        ((0, 0),) * len(ones),
    )
    input = strategies.whole_numbers(problem.input_shape, seed)
    filters = strategies.whole_numbers(inner.weight_shape, seed + 1)
    mixing = strategies.whole_numbers(outer.weight_shape, seed + 2)
    biases = [strategies.whole_numbers((count,), seed + 3) for count in (channels * multiplier, outputs)]
    result = SF.separable_conv(
        input,
        filters,
        mixing,
        biases[1],
        depthwise_bias=biases[0],
        activation="relu" if relu else None,
        **window(problem, padding),
    )
    filtered = oracles.convolution(input.numpy(), filters.numpy(), inner, biases[0].numpy())
    filtered = np.maximum(filtered, 0) if relu else filtered
    np.testing.assert_array_equal(
        result.numpy(), oracles.convolution(filtered, mixing.numpy(), outer, biases[1].numpy())
    )


@given(
    strategies.problems(
        ranks=(1, 2, 3, 4), modes=("zeros", "reflect", "symmetric", "replicate", "circular"), largest=7
    ),
    st.integers(1, 2),
    strategies.seeds,
    st.booleans(),
)
def test_the_transposed_form_is_the_adjoint(drawn, multiplier, seed, flip):
    problem, padding = drawn
    channels, ones = problem.in_channels, (1,) * len(problem.size)
    filters = strategies.whole_numbers((channels * multiplier, 1, *problem.kernel), seed)
    mixing = strategies.whole_numbers((problem.out_channels, channels * multiplier, *ones), seed + 1)
    x = strategies.whole_numbers(problem.input_shape, seed + 2)
    more = {"dilation": problem.dilation, "padding_mode": problem.modes, "flip": flip}
    forward = SF.separable_conv(x, filters, mixing, None, problem.stride, padding, **more)
    y = strategies.whole_numbers(forward.shape, seed + 3)
    more |= {"multiplier": multiplier, "output_size": problem.size}
    back = SF.separable_conv_transpose(y, filters, mixing, None, problem.stride, padding, **more)
    assert back.shape == x.shape
    assert (forward * y).sum() == (x * back).sum()


def test_an_output_padding_of_the_transposed_form():
    x, filters, mixing = (strategies.numbers(s, i) for i, s in enumerate([(2, 4, 5), (6, 1, 4), (4, 6, 1)]))
    result = SF.separable_conv_transpose(x, filters, mixing, None, 3, 1, 2, 2)
    expected = torch.conv_transpose1d(torch.conv_transpose1d(x, mixing), filters, None, 3, 1, 2, 6, 2)
    torch.testing.assert_close(result, expected)


def test_biases_and_activation_of_the_transposed_form():
    x, filters, mixing = (strategies.numbers(s, i) for i, s in enumerate([(2, 4, 5), (6, 1, 4), (4, 6, 1)]))
    inner, outer = strategies.numbers((6,), 3), strategies.numbers((3,), 4)
    result = SF.separable_conv_transpose(
        x, filters, mixing, outer, 2, 1, multiplier=2, pointwise_bias=inner, activation="silu"
    )
    mixed = torch.nn.functional.silu(torch.einsum("nol,ok->nkl", x, mixing[..., 0]) + inner[:, None])
    expected = torch.conv_transpose1d(mixed, filters, outer, 2, 1, groups=3)
    torch.testing.assert_close(result, expected)


def test_torchs_two_layers_give_the_same():
    x = strategies.numbers((2, 4, 9, 8), 0).contiguous(memory_format=torch.channels_last)
    filters, mixing = strategies.numbers((8, 1, 3, 3), 1), strategies.numbers((5, 8, 1, 1), 2)
    result = SF.separable_conv(x, filters, mixing, stride=2, padding=1, flip=True)
    expected = torch.conv2d(torch.conv2d(x, filters.flip(2, 3), None, 2, 1, 1, 4), mixing)
    torch.testing.assert_close(result, expected)
    assert result.is_contiguous(memory_format=torch.channels_last)
    with use_kernel("torch"):
        torch.testing.assert_close(
            SF.separable_conv(x, filters.flip(2, 3), mixing, stride=2, padding=1), expected, rtol=0, atol=0
        )


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (SF.separable_conv, {}, r"pointwise_weight must have shape \(O, 6, 1, 1\) for a depthwise_weight of"),
        (SF.separable_conv_transpose, {}, r"pointwise_weight must have shape \(O, 6, 1, 1\).* but got \(5, 4, 1, 1\)"),
    ],
)
def test_weights_that_do_not_fit_each_other(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(torch.zeros(1, 3, 8, 8), torch.zeros(6, 1, 3, 3), torch.zeros(5, 4, 1, 1), **arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"activation": "tanh"}, "activation must be one of 'relu', .* but got 'tanh'"),
        ({"multiplier": 0}, "multiplier must be at least 1, but got 0"),
        ({"multiplier": 4}, "depthwise_weight has 6 filters, which multiplier 4 does not divide"),
    ],
)
def test_arguments_of_the_transposed_form_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        SF.separable_conv_transpose(torch.zeros(1, 5, 8), torch.zeros(6, 1, 3), torch.zeros(5, 6, 1), **arguments)
