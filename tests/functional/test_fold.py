"""Patches as columns and back: torch's rows and columns in 2-D, the definition in any rank, the adjoint."""

import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given
from torch.nn import functional as F

import striate.functional as SF
import striate.nn as snn


def window(problem, padding):
    return problem.kernel, problem.dilation, padding, problem.stride


@given(strategies.problems(ranks=(1, 2, 3, 4), modes=strategies.MODES, largest=7), strategies.seeds, strategies.layouts)
def test_unfold_equals_the_definition(drawn, seed, layout):
    problem, padding = drawn
    input = strategies.in_layout(strategies.whole_numbers(problem.input_shape, seed), layout)
    result = SF.unfold(input, *window(problem, padding), padding_mode=problem.modes, padding_value=problem.value)
    expected = oracles.patches(input.numpy(), problem).swapaxes(2, 3)  # (N, C, taps, positions)
    taps, positions = expected.shape[2:]
    np.testing.assert_array_equal(
        result.numpy(), expected.reshape(problem.batch, problem.in_channels * taps, positions)
    )


@given(strategies.problems(ranks=(1, 2, 3, 4), largest=7), strategies.seeds)
def test_fold_is_the_adjoint_of_unfold(drawn, seed):
    problem, padding = drawn
    arguments = window(problem, padding)
    input = strategies.numbers(problem.input_shape, seed, torch.float64).requires_grad_()
    columns = SF.unfold(input, *arguments, padding_mode=problem.modes, padding_value=problem.value)
    grad = strategies.numbers(columns.shape, seed + 1, torch.float64)
    (expected,) = torch.autograd.grad(columns, input, grad)  # torch's own adjoint of what the other test holds
    result = SF.fold(grad, problem.size, *arguments, padding_mode=problem.modes)
    torch.testing.assert_close(result, expected)


@pytest.mark.parametrize("arguments", [(3,), ((2, 3), 2, 1, 2), ((3, 2), (1, 2), (2, 0), (2, 1))])
@pytest.mark.parametrize("dtype", [torch.float32, torch.complex64])
def test_two_axes_are_torchs(arguments, dtype):
    input = strategies.whole_numbers((2, 3, 7, 8), 0).to(dtype)
    columns = F.unfold(input, *arguments)
    torch.testing.assert_close(SF.unfold(input, *arguments), columns, rtol=0, atol=0)
    torch.testing.assert_close(SF.fold(columns, (7, 8), *arguments), F.fold(columns, (7, 8), *arguments))
    square = columns if arguments != (3,) else F.unfold(input[..., :7], 3)
    if arguments == (3,):
        torch.testing.assert_close(SF.fold(square, 7, 3), F.fold(square, 7, 3))


def test_a_convolution_is_a_product_of_matrices():
    input, weight = strategies.whole_numbers((2, 3, 4, 5, 6), 0), strategies.whole_numbers((4, 3, 2, 3, 2), 1)
    columns = SF.unfold(input, (2, 3, 2), stride=2, padding="same", padding_mode="circular")
    result = SF.conv(input, weight, stride=2, padding="same", padding_mode="circular")
    torch.testing.assert_close((weight.flatten(1) @ columns).reshape(result.shape), result, rtol=0, atol=0)


def test_without_a_batch_and_of_an_empty_one():
    input = strategies.whole_numbers((3, 6, 5), 0)
    columns = SF.unfold(input, (2, 2))
    torch.testing.assert_close(columns, SF.unfold(input[None], 2)[0], rtol=0, atol=0)
    torch.testing.assert_close(SF.fold(columns, (6, 5), 2), SF.fold(columns[None], (6, 5), 2)[0], rtol=0, atol=0)
    assert SF.fold(SF.unfold(input[None][:0], 2), (6, 5), 2).shape == (0, 3, 6, 5)


def test_traced_and_transformed():
    input = strategies.numbers((2, 3, 6, 5), 0, torch.float64)

    def both(input):
        columns = SF.unfold(input, (3, 2), 1, "same", 2, padding_mode="reflect")
        return SF.fold(columns, (6, 5), (3, 2), 1, "same", 2, padding_mode="reflect")

    expected = both(input)
    torch.compiler.reset()
    torch.testing.assert_close(torch.compile(both, backend="aot_eager", fullgraph=True)(input), expected)
    torch.testing.assert_close(torch.vmap(both)(input[:, None])[:, 0], expected)
    assert torch.autograd.gradcheck(both, input.requires_grad_(), fast_mode=True)


def test_layers_are_torchs_and_more():
    ours, torchs = snn.Unfold(3, 2, 1, 2), torch.nn.Unfold(3, 2, 1, 2)
    assert repr(ours) == repr(torchs)
    assert isinstance(ours, torch.nn.Unfold)
    assert repr(snn.Fold((4, 4), 3)) == repr(torch.nn.Fold((4, 4), 3))
    assert repr(snn.Unfold(3, padding="same", padding_mode="mean")).endswith(
        "padding=same, stride=1, padding_mode=mean)"
    )
    input = strategies.numbers((2, 3, 7, 7), 0)
    torch.testing.assert_close(ours(input), torchs(input), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: SF.unfold(x, 9), "kernel size 9 is larger than the padded input size 6"),
        (lambda x: SF.unfold(x, (2, 2, 2, 2)), "input must have 6 dimensions"),
        (lambda x: SF.unfold(x, 2, padding="half"), "padding must be one of 'valid', .* but got 'half'"),
        (lambda x: SF.unfold(x, 2, padding_value=1.0), "padding_value 1.0 needs padding_mode 'constant'"),
        (lambda x: SF.fold(x, (6, 5), 2), r"input must have 3 dimensions .* but got \(2, 3, 6, 5\)"),
        (lambda x: SF.fold(x[0, :, :, :], (6, 5), 2), r"must have a multiple of 4 rows for kernel_size \(2, 2\)"),
        (
            lambda x: SF.fold(x[0, :1, :4], (6, 5), 2),
            r"must have 20 columns, one a position .* \(6, 5\), but got \(1, 4, 5\)",
        ),
        (lambda x: SF.fold(x[0], (6, 0), 2), "output_size must be at least 1, but got 0"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(torch.zeros(2, 3, 6, 5))
