import dataclasses

import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF


def block_of(output, outputs, count):
    """The block of an output where neighbouring blocks are as even as can be, the larger ones first."""
    sizes = [outputs // count + (i < outputs % count) for i in range(count)]
    return int(np.searchsorted(np.cumsum(sizes), output, side="right"))


def undilated(weight, rates, widest, word):
    """The same kernels with their zeros between, each put where the widest window has its centre (or its end)."""
    kernel = weight.shape[2:]
    reach = [d * (k - 1) for k, d in zip(kernel, widest, strict=True)]
    dense = np.zeros((*weight.shape[:2], *(r + 1 for r in reach)))
    for o in range(weight.shape[0]):
        rate = rates[block_of(o, weight.shape[0], len(rates))]
        places = []
        for k, d, r in zip(kernel, rate, reach, strict=True):
            own = d * (k - 1)
            start = {"causal": r - own, "same_lower": (r - r // 2) - (own - own // 2)}.get(word, r // 2 - own // 2)
            places.append(start + d * np.arange(k))
        dense[o][(slice(None), *np.ix_(*places))] = weight[o]
    return dense


@given(strategies.problems(ranks=(1, 2, 3), modes=strategies.MODES), st.data(), strategies.seeds)
def test_it_is_the_convolution_with_the_kernels_zeros_written_out(drawn, data, seed):
    problem, padding = drawn
    count = data.draw(st.integers(1, problem.out_channels), "blocks")
    rates = [tuple(data.draw(st.integers(1, d)) for d in problem.dilation) for _ in range(count)]
    rates[data.draw(st.integers(0, count - 1))] = problem.dilation  # one of them is the widest
    input = strategies.whole_numbers(problem.input_shape, seed).requires_grad_()
    weight = strategies.whole_numbers(problem.weight_shape, seed + 1)
    bias = strategies.whole_numbers((problem.out_channels,), seed + 2)
    result = SF.mixed_dilation_conv(
        input,
        weight,
        bias,
        rates,
        problem.stride,
        padding,
        problem.groups,
        padding_mode=problem.modes,
        padding_value=problem.value,
    )
    word = padding if isinstance(padding, str) else None
    dense = undilated(weight.numpy(), rates, problem.dilation, word)
    same = dataclasses.replace(problem, kernel=dense.shape[2:], dilation=(1,) * len(problem.size))
    np.testing.assert_array_equal(
        result.detach().numpy(), oracles.convolution(input.detach().numpy(), dense, same, bias.numpy())
    )
    grad = strategies.whole_numbers(result.shape, seed + 3)
    result.backward(grad)
    np.testing.assert_array_equal(input.grad.numpy(), oracles.backward_data(grad.numpy(), dense, same))


@pytest.mark.parametrize("kernel", [2, 3, 4])
def test_at_stride_1_each_block_is_the_same_convolution_of_its_own_dilation(kernel):
    input, weight = strategies.whole_numbers((2, 3, 9, 8), 0), strategies.whole_numbers((7, 3, kernel, kernel), 1)
    result = SF.mixed_dilation_conv(input, weight, dilations=(1, 2, 4))
    for channels, dilation in ((slice(0, 3), 1), (slice(3, 5), 2), (slice(5, 7), 4)):
        alone = SF.conv2d(input, weight[channels], padding="same", dilation=dilation)
        torch.testing.assert_close(result[:, channels], alone, rtol=0, atol=0)


def test_an_impulse_is_seen_at_one_place_by_all_dilations():
    input = torch.zeros(1, 1, 21)
    input[..., 10] = 1
    weight = torch.tensor([1.0, 3.0, 1.0]).expand(3, 1, 3)
    for stride in (1, 2, 5):
        result = SF.mixed_dilation_conv(input, weight, stride=stride)
        assert result.argmax(-1).tolist() == [[10 // stride] * 3]


def test_as_many_groups_as_channels_and_a_sample_without_a_batch():
    input, weight = strategies.whole_numbers((4, 9), 0), strategies.whole_numbers((4, 1, 3), 1)
    result = SF.mixed_dilation_conv(input, weight, dilations=(1, 3), groups=4, flip=True, activation="relu")
    for channels, dilation in ((slice(0, 2), 1), (slice(2, 4), 3)):
        alone = SF.conv1d(input[channels], weight[channels].flip(2), padding="same", dilation=dilation, groups=2).relu()
        torch.testing.assert_close(result[channels], alone, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dilations": ()}, r"dilations must be from 1 to 4, .* but got 0: \(\)"),
        ({"dilations": (1,) * 5}, "dilations must be from 1 to 4, for at least one of the 4 output channels each"),
        ({"dilations": (1, 0)}, "dilations must be at least 1, but got 0"),
        ({"dilations": (1, (1, 2))}, "dilations must be an int or 1 int, but got 2"),
        ({"groups": 3}, "out_channels must be divisible by groups, but 4 is not divisible by 3"),
        ({"groups": 2}, r"4 channels for a weight of \(4, 2, 3\) with groups 2, but got \(1, 2, 9\)"),
        ({"padding": "half"}, r"padding must be one of 'valid', .* but got 'half'"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        SF.mixed_dilation_conv(torch.zeros(1, 2, 9), torch.zeros(4, 2, 3), **arguments)


def test_dilations_that_are_no_sequence():
    with pytest.raises(TypeError, match=r"dilations must be a sequence, one for each block .* but got 2"):
        SF.mixed_dilation_conv(torch.zeros(1, 2, 9), torch.zeros(4, 2, 3), dilations=2)
