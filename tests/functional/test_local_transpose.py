"""The transposed locally connected convolution: the adjoint of `local_conv`, and every refusal."""

import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF
from striate.engine import local

BLOCKS = st.sampled_from((1, 1 << 11, 1 << 30))


def weight_shape(problem):
    return (*oracles.output_size(problem), problem.out_channels, *problem.kernel, problem.in_channels // problem.groups)


def run(problem, padding, input, weight, bias=None):
    """The adjoint of the problem's convolution, whose output is this one's input."""
    return SF.local_conv_transpose(
        input,
        weight,
        bias,
        problem.stride,
        padding,
        groups=problem.groups,
        dilation=problem.dilation,
        padding_mode=problem.modes,
        output_size=problem.size,
    )


@strategies.draws(1.5)
@given(strategies.problems(modes=strategies.MODES), strategies.layouts, strategies.seeds, BLOCKS)
def test_equals_the_definition_and_so_do_its_gradients(drawn, layout, seed, block):
    problem, padding = drawn
    shape = (problem.batch, problem.out_channels, *oracles.output_size(problem))
    input = strategies.whole_numbers(shape, seed).requires_grad_()
    weight = strategies.whole_numbers(weight_shape(problem), seed + 1).requires_grad_()
    bias = strategies.whole_numbers((problem.in_channels,), seed + 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "BLOCK_BYTES", block)
        result = run(problem, padding, strategies.in_layout(input, layout), weight, bias)
        grad = strategies.whole_numbers(problem.input_shape, seed + 3)
        result.backward(grad)
    arrays = [tensor.detach().numpy() for tensor in (input, weight, bias, grad)]
    linear = oracles.Problem(**{**problem.__dict__, "value": 0.0})
    sent = oracles.local_backward_data(arrays[0], arrays[1], linear)
    np.testing.assert_array_equal(result.detach().numpy(), sent + arrays[2].reshape(-1, *(1,) * len(problem.size)))
    np.testing.assert_array_equal(input.grad.numpy(), oracles.local_convolution(arrays[3], arrays[1], linear))
    np.testing.assert_array_equal(weight.grad.numpy(), oracles.local_backward_weight(arrays[0], arrays[3], linear))


@given(strategies.problems(ranks=(1, 2, 3, 4)), strategies.seeds)
def test_is_the_adjoint_of_the_local_convolution(drawn, seed):
    problem, padding = drawn
    input = strategies.numbers(problem.input_shape, seed, torch.float64)
    weight = strategies.numbers(weight_shape(problem), seed + 1, torch.float64)
    modes = ["zeros" if mode == "constant" else mode for mode in problem.modes]
    window = {"dilation": problem.dilation, "groups": problem.groups, "padding_mode": modes}
    output = SF.local_conv(input, weight, None, problem.stride, padding, **window)
    other = strategies.numbers(output.shape, seed + 2, torch.float64)
    there, back = (output * other).sum(), (input * run(problem, padding, other, weight)).sum()
    scale = SF.local_conv(input.abs(), weight.abs(), None, problem.stride, padding, **window)
    torch.testing.assert_close(there, back, rtol=0, atol=float(1e-13 * (1 + (scale * other.abs()).sum())))


@strategies.draws(0.5)
@given(strategies.problems(modes=strategies.MODES), strategies.seeds)
def test_what_torch_transforms_is_the_same(drawn, seed):
    problem, padding = drawn
    input = strategies.whole_numbers((problem.batch, problem.out_channels, *oracles.output_size(problem)), seed)
    weight = strategies.whole_numbers(weight_shape(problem), seed + 1)
    mapped = torch.vmap(lambda x: run(problem, padding, x, weight))(input[None])[0]
    np.testing.assert_array_equal(mapped, run(problem, padding, input, weight))


def test_derivatives_of_second_order():
    input = strategies.numbers((2, 4, 3, 2), 0, torch.float64).requires_grad_()
    weight = strategies.numbers((3, 2, 4, 2, 3, 2), 1, torch.float64).requires_grad_()

    def call(input, weight):
        return SF.local_conv_transpose(input, weight, None, (2, 1), ((1, 0), (0, 1)), groups=2, padding_mode="reflect")

    assert torch.autograd.gradcheck(call, (input, weight))
    assert torch.autograd.gradgradcheck(call, (input, weight))


def test_output_padding_uncovers_what_the_padding_left_out():
    input, weight = strategies.whole_numbers((1, 2, 4), 0), strategies.whole_numbers((4, 2, 3, 3), 1)
    whole = SF.local_conv_transpose(input, weight, None, 2)
    assert whole.shape == (1, 3, 9)
    part = SF.local_conv_transpose(input, weight, None, 2, 1, 1)
    torch.testing.assert_close(part, whole[..., 1:], rtol=0, atol=0)


def test_flip_reverses_each_kernel():
    input, weight = strategies.whole_numbers((2, 4, 3), 0), strategies.whole_numbers((4, 3, 2, 3, 3, 2), 1)
    flipped = torch.from_numpy(np.ascontiguousarray(weight.numpy()[:, :, :, ::-1, ::-1]))
    expected = SF.local_conv_transpose(input, flipped)
    torch.testing.assert_close(SF.local_conv_transpose(input, weight, flip=True), expected, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weight": torch.zeros(4, 6, 3)}, r"weight must have 4, 6, 8 or more dimensions \(\*S, C, \*K, O / groups\)"),
        ({"input": torch.zeros(1, 3, 4, 4)}, r"input must have 6 channels for a weight of \(4, 4, .*, but got 3"),
        ({"groups": 4}, "weight has 6 input channels, which groups 4 does not divide"),
        (
            {"input": torch.zeros(6, 5, 4)},
            r"kernels for \(5, 4\) positions, those of the input, but has them for \(4, 4\)",
        ),
        ({"bias": torch.zeros(6)}, r"bias must have shape \(2,\), or \(2, 6, 6\) for one a position, but got \(6,\)"),
        ({"output_padding": 1}, "output_padding must be at least 0 and smaller than the larger of stride 1"),
        ({"output_size": (9, 9)}, "output_size must be from 6 to 6 for an input of 4 with stride 1, but got 9"),
        ({"padding": 3}, r"makes 0 elements of 4; it must make at least 1"),
    ],
)
def test_what_does_not_fit_is_refused(changes, message):
    arguments = {"input": torch.zeros(1, 6, 4, 4), "weight": torch.zeros(4, 4, 6, 3, 3, 2), **changes}
    with pytest.raises(ValueError, match=message):
        SF.local_conv_transpose(**arguments)
