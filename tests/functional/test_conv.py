import bounds
import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

import striate.functional as SF
from striate import use_kernel

EXACT_MODES = strategies.MODES  # a mean is no whole number


def run(problem, padding, input, weight, bias=None):
    return SF.conv(
        input,
        weight,
        bias,
        problem.stride,
        padding,
        problem.dilation,
        problem.groups,
        padding_mode=problem.modes,
        padding_value=problem.value,
    )


def tensors(problem, seed, layout="contiguous", make=strategies.whole_numbers, dtype=torch.float64):
    input = strategies.in_layout(make(problem.input_shape, seed, dtype), layout)
    return input, make(problem.weight_shape, seed + 1, dtype), make((problem.out_channels,), seed + 2, dtype)


@given(strategies.problems(ranks=(1, 2, 3, 4), modes=EXACT_MODES), strategies.seeds, strategies.layouts)
def test_forward_equals_the_definition(drawn, seed, layout):
    problem, padding = drawn
    input, weight, bias = tensors(problem, seed, layout)
    expected = oracles.convolution(input.numpy(), weight.numpy(), problem, bias.numpy())
    result = run(problem, padding, input, weight, bias)
    assert result.shape == expected.shape
    np.testing.assert_array_equal(result.numpy(), expected)


@given(strategies.problems(ranks=(1, 2, 3, 4), modes=EXACT_MODES), strategies.seeds, strategies.layouts)
def test_gradient_by_the_input_equals_the_definition(drawn, seed, layout):
    problem, padding = drawn
    input, weight, _ = tensors(problem, seed, layout)
    input = input.detach().requires_grad_()
    result = run(problem, padding, input, weight)
    grad = strategies.whole_numbers(result.shape, seed + 3)
    result.backward(grad)
    np.testing.assert_array_equal(input.grad.numpy(), oracles.backward_data(grad.numpy(), weight.numpy(), problem))


@given(strategies.problems(ranks=(1, 2, 3, 4), modes=EXACT_MODES), strategies.seeds, strategies.layouts)
def test_gradient_by_the_weight_equals_the_definition(drawn, seed, layout):
    problem, padding = drawn
    input, weight, bias = tensors(problem, seed, layout)
    weight.requires_grad_(), bias.requires_grad_()
    result = run(problem, padding, input, weight, bias)
    grad = strategies.whole_numbers(result.shape, seed + 3)
    result.backward(grad)
    np.testing.assert_array_equal(weight.grad.numpy(), oracles.backward_weight(grad.numpy(), input.numpy(), problem))
    np.testing.assert_array_equal(bias.grad.numpy(), grad.sum((0, *range(2, grad.ndim))).numpy())


@given(strategies.problems(ranks=(1, 2, 3), modes=EXACT_MODES), strategies.seeds, strategies.layouts, st.booleans())
def test_reference_kernel_computes_all_three_directions(drawn, seed, layout, single):
    problem, padding = drawn
    assume(problem.value == 0 or "zeros" not in problem.modes)  # refused: test_kernel.py
    dtype = torch.float32 if single else torch.float64
    input, weight, bias = tensors(problem, seed, layout, dtype=dtype)
    input = input.detach().requires_grad_()
    weight.requires_grad_(), bias.requires_grad_()
    with use_kernel("reference"):
        result = run(problem, padding, input, weight, bias)
    grad = strategies.whole_numbers(result.shape, seed + 3, dtype)
    result.backward(grad)
    plain_input, plain_weight = input.detach().numpy(), weight.detach().numpy()
    np.testing.assert_array_equal(
        result.detach().numpy(), oracles.convolution(plain_input, plain_weight, problem, bias.detach().numpy())
    )
    np.testing.assert_array_equal(input.grad.numpy(), oracles.backward_data(grad.numpy(), plain_weight, problem))
    np.testing.assert_array_equal(weight.grad.numpy(), oracles.backward_weight(grad.numpy(), plain_input, problem))


@given(strategies.problems(), strategies.seeds, strategies.layouts)
def test_float32_stays_within_the_bound_of_its_accumulation(drawn, seed, layout):
    problem, padding = drawn
    input, weight, _ = tensors(problem, seed, layout, strategies.numbers, torch.float32)
    input = input.detach().requires_grad_()
    weight.requires_grad_()
    result = run(problem, padding, input, weight)
    grad = strategies.numbers(result.shape, seed + 3)
    result.backward(grad)
    plain = [tensor.detach().double().numpy() for tensor in (input, weight, grad)]
    sizes = [np.abs(array) for array in plain]
    value = abs(problem.value)
    magnitudes = oracles.Problem(**{**problem.__dict__, "value": value})
    forward, data, by_weight = problem.accumulation
    mean_terms = int(np.prod(problem.size)) if "mean" in problem.modes else 0  # the mean is a sum of its own
    for name, computed, oracle, (a, b), terms in (
        ("forward", result, oracles.convolution, (0, 1), forward),
        ("backward_data", input.grad, oracles.backward_data, (2, 1), data),
        ("backward_weight", weight.grad, oracles.backward_weight, (2, 0), by_weight),
    ):
        exact = oracle(plain[a], plain[b], problem)
        bound = bounds.summation(oracle(sizes[a], sizes[b], magnitudes), terms + mean_terms, np.float32)
        assert (np.abs(computed.detach().numpy() - exact) <= bound).all(), name


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize("kernel", ["torch", "reference"])
def test_same_numbers_as_torch(ndim, kernel):
    torch_conv = {1: torch.nn.functional.conv1d, 2: torch.nn.functional.conv2d, 3: torch.nn.functional.conv3d}[ndim]
    our_conv = {1: SF.conv1d, 2: SF.conv2d, 3: SF.conv3d}[ndim]
    input = strategies.whole_numbers((2, 4, *(9,) * ndim), 1, torch.float32)
    weight = strategies.whole_numbers((6, 2, *(3,) * ndim), 2, torch.float32)
    bias = strategies.whole_numbers((6,), 3, torch.float32)
    with use_kernel(kernel):
        ours = our_conv(input, weight, bias, 2, 1, 2, 2)
    torch.testing.assert_close(ours, torch_conv(input, weight, bias, 2, 1, 2, 2), rtol=0, atol=0)


def test_worked_example_of_one_axis():
    signal = torch.tensor([0.0, 0, 0, 1, 1, 0, 0, 0]).reshape(1, 1, 8)
    detector = torch.tensor([0.0, 1, 0]).reshape(1, 1, 3)
    assert SF.conv1d(signal, detector).flatten().tolist() == [0, 0, 1, 1, 0, 0]


def test_worked_example_of_two_axes():
    image = torch.zeros(1, 1, 8, 8)
    image[..., 3:5] = 1
    vertical = torch.tensor([[0.0, 1, 0]] * 3).reshape(1, 1, 3, 3)
    assert SF.conv2d(image, vertical)[0, 0].tolist() == [[0, 0, 3, 3, 0, 0]] * 6
    horizontal = vertical.transpose(2, 3)
    assert SF.conv2d(image, horizontal).max() < 3  # nowhere a horizontal line of three


def test_balanced_line_detectors_see_their_own_line_only():
    image = torch.zeros(1, 1, 8, 8)
    image[..., 3] = 1
    vertical = torch.tensor([[-1.0, 2, -1]] * 3).reshape(1, 1, 3, 3)
    assert SF.conv2d(image, vertical)[0, 0].tolist() == [[0, -3, 6, -3, 0, 0]] * 6
    assert SF.conv2d(image, vertical.transpose(2, 3)).abs().max() == 0


@pytest.mark.parametrize("kernel", ["torch", "reference"])
def test_a_sample_without_a_batch(kernel):
    input, weight = strategies.whole_numbers((3, 7, 8), 0), strategies.whole_numbers((4, 3, 3, 3), 1)
    with use_kernel(kernel):
        single = SF.conv2d(input, weight, padding="same", padding_mode="symmetric")
        batched = SF.conv2d(input[None], weight, padding="same", padding_mode="symmetric")
    assert single.shape == (4, 7, 8)
    torch.testing.assert_close(single, batched[0], rtol=0, atol=0)


@pytest.mark.parametrize("ndim", [4, 5])
def test_many_axes(ndim):
    problem = oracles.Problem(
        2,
        2,
        4,
        (3, 4, 3, 4, 3)[:ndim],
        (2,) * ndim,
        (1, 2) * 2 + (1,) * (ndim - 4),
        (1,) * ndim,
        ((1, 0), (0, 2), (1, 1), (0, 0), (2, 0))[:ndim],
        groups=2,
    )
    input, weight, bias = tensors(problem, 5)
    expected = oracles.convolution(input.numpy(), weight.numpy(), problem, bias.numpy())
    np.testing.assert_array_equal(run(problem, problem.amounts, input, weight, bias).numpy(), expected)


@given(strategies.problems(ranks=(1, 2, 3), modes=("zeros",), words=False), strategies.seeds)
def test_flip_is_the_mathematicians_convolution(drawn, seed):
    problem, padding = drawn
    input, weight, _ = tensors(problem, seed)
    spatial = tuple(range(2, weight.ndim))
    flipped = oracles.convolution(input.numpy(), np.flip(weight.numpy(), spatial), problem)
    result = SF.conv(input, weight, None, problem.stride, padding, problem.dilation, problem.groups, flip=True)
    np.testing.assert_array_equal(result.numpy(), flipped)


def test_full_flipped_convolution_is_numpys():
    signal, kernel = strategies.whole_numbers((9,), 0), strategies.whole_numbers((4,), 1)
    result = SF.conv1d(signal.reshape(1, 1, -1), kernel.reshape(1, 1, -1), padding="full", flip=True)
    np.testing.assert_array_equal(result.flatten().numpy(), np.convolve(signal.numpy(), kernel.numpy()))


@given(strategies.problems(ranks=(1, 2), modes=("circular",), words=False), strategies.seeds, st.integers(1, 9))
def test_circular_commutes_with_roll(drawn, seed, shift):
    problem, _ = drawn
    problem = oracles.Problem(**{**problem.__dict__, "stride": (1,) * len(problem.size)})
    problem = oracles.Problem(
        **{
            **problem.__dict__,
            "amounts": tuple((d * (k - 1), 0) for k, d in zip(problem.kernel, problem.dilation, strict=True)),
        }
    )
    input, weight, _ = tensors(problem, seed)
    rolled = run(problem, problem.amounts, input.roll(shift, -1), weight)
    torch.testing.assert_close(rolled, run(problem, problem.amounts, input, weight).roll(shift, -1), rtol=0, atol=0)


@given(strategies.problems(ranks=(1, 2, 3), modes=EXACT_MODES), strategies.seeds)
def test_stride_is_the_unit_stride_subsampled(drawn, seed):
    problem, _ = drawn
    input, weight, _ = tensors(problem, seed)
    dense = oracles.Problem(**{**problem.__dict__, "stride": (1,) * len(problem.size)})
    every = tuple(slice(None, None, s) for s in problem.stride)
    expected = run(dense, problem.amounts, input, weight)[(slice(None), slice(None), *every)]
    torch.testing.assert_close(run(problem, problem.amounts, input, weight), expected, rtol=0, atol=0)


@given(strategies.problems(ranks=(1, 2), modes=EXACT_MODES), strategies.seeds)
def test_groups_are_a_block_diagonal_weight(drawn, seed):
    problem, padding = drawn
    input, weight, _ = tensors(problem, seed)
    blocks = weight.new_zeros(problem.out_channels, problem.in_channels, *problem.kernel)
    outs, ins = problem.out_channels // problem.groups, problem.in_channels // problem.groups
    for g in range(problem.groups):
        blocks[g * outs : (g + 1) * outs, g * ins : (g + 1) * ins] = weight[g * outs : (g + 1) * outs]
    whole = oracles.Problem(**{**problem.__dict__, "groups": 1})
    torch.testing.assert_close(run(problem, padding, input, weight), run(whole, padding, input, blocks), rtol=0, atol=0)


def test_memory_format_follows_torch():
    input = strategies.numbers((2, 4, 6, 6), 0).contiguous(memory_format=torch.channels_last)
    weight = strategies.numbers((8, 4, 3, 3), 1)
    for kernel in ("torch", "reference"):
        with use_kernel(kernel):
            result = SF.conv2d(input, weight, padding="same")
        assert result.is_contiguous(memory_format=torch.channels_last), kernel


def test_meta_tensors_have_the_right_shape():
    input, weight = torch.empty(2, 3, 9, 9, device="meta"), torch.empty(4, 3, 3, 3, device="meta")
    result = SF.conv2d(input, weight, stride=2, padding="same_lower", padding_mode="symmetric")
    assert result.device.type == "meta"
    assert result.shape == (2, 4, 5, 5)
