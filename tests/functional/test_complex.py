"""Complex tensors: the definition by real parts, torch's own complex convolutions, and the kernels that run."""

import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

import striate.functional as SF
import striate.nn as snn
from striate import use_kernel

KINDS = st.sampled_from(((True, True), (True, False), (False, True)))


def numbers(shape, seed, is_complex):
    real = strategies.whole_numbers(shape, seed)
    return torch.complex(real, strategies.whole_numbers(shape, seed + 50)) if is_complex else real


def by_parts(apply, input, weight):
    """(a + bi)(c + di) with an operator on NumPy arrays."""
    a, b, c, d = input.real, input.imag, weight.real, weight.imag
    return apply(a, c) - apply(b, d) + 1j * (apply(a, d) + apply(b, c))


@given(strategies.problems(ranks=(1, 2, 3, 4), modes=strategies.MODES, largest=5), strategies.seeds, KINDS)
def test_convolution_equals_the_definition(drawn, seed, kinds):
    problem, padding = drawn
    input, weight = numbers(problem.input_shape, seed, kinds[0]), numbers(problem.weight_shape, seed + 1, kinds[1])
    bias = numbers((problem.out_channels,), seed + 2, kinds[1])
    window = (problem.stride, padding, problem.dilation, problem.groups)
    result = SF.conv(input, weight, bias, *window, padding_mode=problem.modes, padding_value=problem.value)
    linear = oracles.Problem(**{**problem.__dict__, "value": 0.0})
    plain, taps = input.numpy(), weight.numpy()
    expected = by_parts(lambda x, w: oracles.convolution(x, w, linear), plain, taps)
    nothing = np.zeros(problem.input_shape)  # a real value outside is seen by the weight's parts
    for part, unit in ((taps.real, 1), (taps.imag, 1j)):
        expected = expected + unit * oracles.convolution(nothing, part, problem)
    np.testing.assert_array_equal(result.numpy(), expected + bias.numpy().reshape(-1, *(1,) * len(problem.size)))


@given(strategies.problems(ranks=(1, 2, 3, 4), modes=strategies.MODES, largest=5), strategies.seeds, KINDS)
def test_transposed_convolution_equals_the_definition(drawn, seed, kinds):
    problem, padding = drawn
    shape = (problem.batch, problem.out_channels, *oracles.output_size(problem))
    input, weight = numbers(shape, seed, kinds[0]), numbers(problem.weight_shape, seed + 1, kinds[1])
    window = (problem.stride, padding, 0, problem.groups, problem.dilation)
    result = SF.conv_transpose(input, weight, None, *window, padding_mode=problem.modes, output_size=problem.size)
    expected = by_parts(lambda x, w: oracles.backward_data(x, w, problem), input.numpy(), weight.numpy())
    np.testing.assert_array_equal(result.numpy(), expected)


@pytest.mark.parametrize("dtype", [torch.complex64, torch.complex128])
def test_gradients_are_torchs(dtype):
    leaves = [strategies.numbers(shape, seed, dtype) for seed, shape in enumerate([(2, 4, 6, 5), (6, 2, 3, 2), (6,)])]
    leaves = [torch.complex(leaf.real, leaf.real.flip(0)) for leaf in leaves]
    results = []
    for call in (SF.conv2d, F.conv2d):
        own = [leaf.clone().requires_grad_() for leaf in leaves]
        output = call(*own, 2, 1, 1, 2)
        results.append((output, *torch.autograd.grad(output.abs().square().sum(), own)))
    for ours, torchs in zip(*results, strict=True):
        assert ours.dtype == dtype
        torch.testing.assert_close(ours, torchs)


def test_our_kernels_run_without_a_batch_too():
    input, weight = numbers((4, 7, 6), 0, True), numbers((6, 4, 3, 3), 1, True)
    for call, torchs in ((SF.conv2d, F.conv2d), (SF.conv_transpose2d, F.conv_transpose2d)):
        taps = weight if call is SF.conv2d else weight.transpose(0, 1)
        with use_kernel("direct"):
            torch.testing.assert_close(call(input, taps), torchs(input, taps))


def test_layers_and_compilation():
    layer = snn.Conv1d(2, 3, 3, padding="same", padding_mode="reflect", dtype=torch.complex64)
    input = numbers((2, 2, 8), 0, True).to(torch.complex64)
    expected = layer(input)
    assert expected.dtype == torch.complex64
    torch.testing.assert_close(torch.vmap(layer)(input[:, None])[:, 0], expected)
    torch.compiler.reset()
    torch.testing.assert_close(torch.compile(layer, backend="aot_eager", fullgraph=True)(input), expected)


def test_refusals():
    input, weight = numbers((1, 2, 5), 0, True), torch.zeros(3, 2, 3)
    with pytest.raises(TypeError, match=r"complex128 and weight torch.float32; their real parts must have the same"):
        SF.conv1d(input, weight)
    with pytest.raises(TypeError, match="their real parts must have the same"):
        SF.conv_transpose1d(input, weight.transpose(0, 1))
    with pytest.raises(ValueError, match="activation 'relu' needs real tensors, but got complex ones"):
        SF.conv1d(input, weight.double(), activation="relu")
    with pytest.raises(ValueError, match="input must have 6 channels"):
        SF.conv1d(input, weight.double(), groups=3)
    with pytest.raises(ValueError, match="input must have 3 channels"):
        SF.conv_transpose1d(input, weight.double())
