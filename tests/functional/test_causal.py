import dataclasses

import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

import striate.functional as SF

CAUSAL_MODES = ("zeros", "constant", "replicate")
INTEGERS = {torch.float32: torch.int32, torch.float64: torch.int64}


def bits(tensor):
    """The tensor as integers: equal for equal bits, the sign of a zero included."""
    return tensor.contiguous().view(INTEGERS[tensor.dtype])


def streamed(chunks, *arguments, dim, **options):
    state, outputs = None, []
    for chunk in chunks:
        output, state = SF.causal_conv_step(chunk, state, *arguments, **options)
        outputs.append(output)
    return torch.cat(outputs, dim)


@st.composite
def causal_problems(draw, modes=CAUSAL_MODES):
    """A problem whose causal axis has a window of its own padding, the axis, and the padding of the others."""
    problem, _ = draw(strategies.problems(ranks=(1, 2, 3), modes=modes, words=False))
    axis = draw(st.integers(0, len(problem.size) - 1))
    amounts = list(problem.amounts)
    amounts[axis] = (problem.dilation[axis] * (problem.kernel[axis] - 1), 0)
    others = tuple(pair for i, pair in enumerate(amounts) if i != axis)
    return dataclasses.replace(problem, amounts=tuple(amounts)), axis, others or 0


def options(problem, axis):
    return {"axis": axis, "padding_mode": problem.modes, "padding_value": problem.value}


@given(causal_problems(), strategies.seeds, strategies.layouts, st.booleans())
def test_it_is_the_convolution_that_reads_nothing_ahead(drawn, seed, layout, flip):
    problem, axis, others = drawn
    input = strategies.in_layout(strategies.whole_numbers(problem.input_shape, seed), layout)
    weight = strategies.whole_numbers(problem.weight_shape, seed + 1)
    bias = strategies.whole_numbers((problem.out_channels,), seed + 2)
    window = (problem.stride, others, problem.dilation, problem.groups)
    result = SF.causal_conv(input, weight, bias, *window, flip=flip, **options(problem, axis))
    taps = weight.flip(tuple(range(2, weight.ndim))) if flip else weight
    expected = oracles.convolution(input.numpy(), taps.numpy(), problem, bias.numpy())
    np.testing.assert_array_equal(result.numpy(), expected)
    assert result.shape[2 + axis] == -(-problem.size[axis] // problem.stride[axis])


@given(causal_problems(), strategies.seeds, strategies.layouts, st.booleans(), st.data())
def test_any_chunks_give_the_bits_of_the_whole(drawn, seed, layout, single, data):
    problem, axis, others = drawn
    assume(not (problem.value and "zeros" in problem.modes))  # torch computes those
    dtype, dim, size = torch.float32 if single else torch.float64, 2 + axis, problem.size[axis]
    input = strategies.in_layout(strategies.numbers(problem.input_shape, seed, dtype), layout)
    weight = strategies.numbers(problem.weight_shape, seed + 1, dtype)
    bias = strategies.numbers((problem.out_channels,), seed + 2, dtype)
    cuts = sorted(data.draw(st.lists(st.integers(0, size), max_size=6), "cuts"))
    chunks = [input.narrow(dim, a, b - a) for a, b in zip([0, *cuts], [*cuts, size], strict=True)]
    arguments = (weight, bias, problem.stride, others, problem.dilation, problem.groups)
    result = streamed(chunks, *arguments, dim=dim, **options(problem, axis))
    whole = SF.causal_conv(input, *arguments, **options(problem, axis))
    assert torch.equal(bits(result), bits(whole))


@given(
    st.sampled_from([(1, 1, 1), (3, 5, 1), (16, 40, 1), (64, 64, 1), (24, 24, 24), (8, 64, 4), (256, 257, 1)]),
    st.tuples(st.sampled_from((1, 2, 3, 5, 16)), st.integers(1, 4), st.integers(1, 8)),
    st.sampled_from((torch.float32, torch.float64)),
    st.data(),
    strategies.seeds,
)
def test_long_signals_and_many_channels_too(channels, window, dtype, data, seed):
    (ins, outs, groups), (kernel, stride, dilation) = channels, window
    input = strategies.numbers((2, ins, 700), seed, dtype)
    weight = strategies.numbers((outs, ins // groups, kernel), seed + 1, dtype)
    cuts = sorted(data.draw(st.lists(st.integers(0, 700), max_size=12), "cuts"))
    chunks = [input[..., a:b] for a, b in zip([0, *cuts], [*cuts, 700], strict=True)]
    arguments = (weight, None, stride, 0, dilation, groups)
    whole = SF.causal_conv(input, *arguments)
    assert torch.equal(bits(streamed(chunks, *arguments, dim=2)), bits(whole))
    one = SF.causal_conv(input[:1], *arguments)
    assert torch.equal(bits(one), bits(whole[:1]))


@pytest.mark.parametrize("size", [1, 7, 4096])
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (1, 8), (3, 2), (40, 1)])
def test_chunks_of_one_size_give_the_bits_of_the_whole(size, stride, dilation):
    length = 300 if size == 1 else 10_000
    input, weight = strategies.numbers((1, 16, length), 0), strategies.numbers((32, 16, 5), 1)
    bias = strategies.numbers((32,), 2)
    arguments = (weight, bias, stride, 0, dilation)
    result = streamed(input.split(size, 2), *arguments, dim=2)
    assert torch.equal(bits(result), bits(SF.causal_conv(input, *arguments)))


def test_recording_a_gradient_changes_no_bit():
    input, weight = strategies.numbers((1, 16, 900), 0), strategies.numbers((32, 16, 5), 1)
    with torch.no_grad():
        quiet = SF.causal_conv(input, weight)
    recorded = SF.causal_conv(input, weight.requires_grad_())
    assert recorded.requires_grad
    assert torch.equal(bits(recorded.detach()), bits(quiet))


def test_gradients_flow_through_the_state():
    input = strategies.whole_numbers((2, 3, 23), 0).requires_grad_()
    weight = strategies.whole_numbers((4, 3, 4), 1).requires_grad_()
    arguments = (weight, None, 2, 0, 3)
    whole = SF.causal_conv(input, *arguments)
    parts = streamed(input.split(5, 2), *arguments, dim=2)
    grad = strategies.whole_numbers(whole.shape, 2)
    for expected, found in zip(
        torch.autograd.grad(whole, (input, weight), grad),
        torch.autograd.grad(parts, (input, weight), grad),
        strict=True,
    ):
        torch.testing.assert_close(found, expected, rtol=0, atol=0)


def test_no_output_sees_what_comes_later():
    input, weight = strategies.numbers((1, 2, 20, 6), 0), strategies.numbers((3, 2, 3, 3), 1)
    before = SF.causal_conv(input, weight, padding="same", dilation=(2, 1))
    input[:, :, 11:] = float("nan")
    after = SF.causal_conv(input, weight, padding="same", dilation=(2, 1))
    assert torch.equal(after[:, :, :11], before[:, :, :11])
    assert after[:, :, 11:].isnan().all()


def test_the_state_keeps_no_more_than_it_must():
    chunk = torch.zeros(1, 2, 4096)
    _, state = SF.causal_conv_step(chunk, None, torch.zeros(3, 2, 5))
    assert state.history.shape == (1, 2, 4)
    assert state.history.untyped_storage().nbytes() == 32
    _, state = SF.causal_conv_step(chunk, None, torch.zeros(3, 2, 2), stride=4097)
    assert state.history.shape == (1, 2, 0)


def test_a_small_chunk_may_complete_no_output():
    output, state = SF.causal_conv_step(torch.ones(2, 6, 1), None, torch.ones(3, 2, 2, 2), axis=1, stride=(2, 3))
    assert output.shape == (3, 3, 1)
    output, state = SF.causal_conv_step(torch.ones(2, 6, 1), state, torch.ones(3, 2, 2, 2), axis=1, stride=(2, 3))
    assert output.shape == (3, 3, 0)
    assert state.seen == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"axis": 2}, "axis must be one of the 2 spatial axes, from -2 to 1, but got 2"),
        ({"padding": (1, 2)}, r"padding must be an int, a word or 1 entries, .* but got 2: \(1, 2\)"),
        ({"padding": "half"}, "padding must be one of 'valid', .* but got 'half'"),
        ({"padding_mode": "reflect"}, "padding_mode must be one of 'zeros', 'constant', 'replicate' along the causal"),
        ({"padding_mode": ("zeros", "mean")}, r"and nowhere 'mean': other rules read what is still to come, but got"),
        ({"padding_mode": "edge"}, "padding_mode must be one of 'zeros', .* but got 'edge'"),
        ({"padding_value": 1.0}, "padding_value 1.0 needs padding_mode 'constant', but got"),
        ({"stride": 0}, "stride must be at least 1, but got 0"),
        ({"input": torch.zeros(3, 8)}, r"input must have 4 dimensions .* but got 2: \(3, 8\)"),
        ({"input": torch.zeros(1, 2, 8, 8)}, "input must have 3 channels"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    asked = {"input": torch.zeros(1, 3, 8, 8), "weight": torch.zeros(4, 3, 3, 3), **arguments}
    with pytest.raises(ValueError, match=message):
        SF.causal_conv(**asked)
    with pytest.raises(ValueError, match=message):
        SF.causal_conv_step(state=None, **asked)


def test_one_axis_has_no_other_padding():
    with pytest.raises(ValueError, match="padding is for axes other than the causal one, and there is none, but got 1"):
        SF.causal_conv(torch.zeros(1, 3, 8), torch.zeros(4, 3, 3), padding=1)


def test_a_state_of_other_chunks_is_refused():
    weight = torch.zeros(4, 3, 3)
    _, state = SF.causal_conv_step(torch.zeros(2, 3, 8), None, weight)
    with pytest.raises(ValueError, match=r"its history is \(2, 3, 2\), and input is \(1, 3, 8\); a new signal begins"):
        SF.causal_conv_step(torch.zeros(1, 3, 8), state, weight)
