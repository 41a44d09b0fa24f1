"""Transposed convolution against torch's and the definition, and its errors; test_adjoint.py has the identity."""

import itertools

import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.nn import functional as F

import striate.functional as SF
import striate.nn as snn
from striate import use_kernel

TORCH = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
OURS = {1: SF.conv_transpose1d, 2: SF.conv_transpose2d, 3: SF.conv_transpose3d}
LAYERS = {
    1: (snn.ConvTranspose1d, torch.nn.ConvTranspose1d),
    2: (snn.ConvTranspose2d, torch.nn.ConvTranspose2d),
    3: (snn.ConvTranspose3d, torch.nn.ConvTranspose3d),
}
ANY_WINDOW = ("depthwise", "direct", "dense", "fft", "reference", "torch")  # the others have windows of their own


def tensors(ndim, groups, dtype=torch.float64, depthwise=False):
    out = 1 if depthwise else 3
    shapes = (2, 4, *(5, 4, 3)[:ndim]), (4, out, *(3, 2, 3)[:ndim]), (out * groups,)
    return [strategies.whole_numbers(shape, seed, dtype) for seed, shape in enumerate(shapes)]


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize("kernel", ANY_WINDOW)
@pytest.mark.parametrize("layout", ["contiguous", "channels_last", "strided"])
def test_every_window_equals_torchs_with_its_gradients(ndim, kernel, layout):
    for stride, padding, extra, dilation in itertools.product((1, 2, 3), (0, 1), (0, 1, 2), (1, 3)):
        if extra >= max(stride, dilation):
            continue
        groups = 4 if kernel == "depthwise" else 2
        leaves = tensors(ndim, groups, torch.float32, kernel == "depthwise")
        leaves[0] = strategies.in_layout(leaves[0], layout)
        window = (stride, padding, extra, groups, dilation)
        results = []
        for call, forced in ((TORCH[ndim], "torch"), (OURS[ndim], kernel), (SF.conv_transpose, kernel)):
            own = [leaf.detach().requires_grad_() for leaf in leaves]
            with use_kernel(forced):
                output = call(*own, *window)
                slopes = torch.autograd.grad(output, own, strategies.whole_numbers(output.shape, 4, torch.float32))
                with torch.no_grad():
                    plain = call(*own, *window)
                    alone = call(own[0][0], own[1], None, *window)
            results.append((output, *slopes, plain, alone))
        for ours in results[1:]:
            for value, right in zip(ours, results[0], strict=True):
                tolerance = 1e-4 if kernel == "fft" else 0.0  # whole numbers up to some 500; the others are exact
                torch.testing.assert_close(value, right, rtol=0, atol=tolerance, msg=str(window))


@pytest.mark.parametrize("kernel", ["direct", "reference", "torch"])
@pytest.mark.parametrize("mode", ["zeros", "symmetric"])
def test_derivatives_of_second_order(kernel, mode):
    leaves = [leaf.requires_grad_() for leaf in tensors(2, 2)]

    def call(*leaves):
        with use_kernel(kernel):
            return SF.conv_transpose2d(*leaves, 2, ((1, 1), (2, 0)), 1, 2, padding_mode=mode)

    assert torch.autograd.gradcheck(call, leaves, fast_mode=True)
    assert torch.autograd.gradgradcheck(call, leaves, fast_mode=True)


@given(
    strategies.problems(ranks=(1, 2, 3, 4), modes=strategies.MODES, largest=7),
    strategies.seeds,
    strategies.layouts,
    st.sampled_from((None, "reference", "torch")),
)
def test_every_border_rule_equals_the_definition_with_its_gradients(drawn, seed, layout, kernel):
    problem, padding = drawn
    linear = oracles.Problem(**{**problem.__dict__, "value": 0.0})
    assume(kernel != "reference" or len(problem.size) < 4)
    shape = (problem.batch, problem.out_channels, *oracles.output_size(problem))
    input = strategies.in_layout(strategies.whole_numbers(shape, seed), layout).detach().requires_grad_()
    weight = strategies.whole_numbers(problem.weight_shape, seed + 1).requires_grad_()
    bias = strategies.whole_numbers((problem.in_channels,), seed + 2).requires_grad_()
    window = (problem.stride, padding, 0, problem.groups, problem.dilation)

    def run():
        return SF.conv_transpose(input, weight, bias, *window, padding_mode=problem.modes, output_size=problem.size)

    if kernel is None:
        result = run()
    else:
        with use_kernel(kernel):
            result = run()
    grad = strategies.whole_numbers(result.shape, seed + 3)
    result.backward(grad)
    plain, taps = input.detach().numpy(), weight.detach().numpy()
    added = bias.detach().numpy().reshape(-1, *(1,) * len(problem.size))
    np.testing.assert_array_equal(result.detach().numpy(), oracles.backward_data(plain, taps, linear) + added)
    np.testing.assert_array_equal(input.grad.numpy(), oracles.convolution(grad.numpy(), taps, linear))
    np.testing.assert_array_equal(weight.grad.numpy(), oracles.backward_weight(plain, grad.numpy(), linear))
    np.testing.assert_array_equal(bias.grad.numpy(), grad.sum((0, *range(2, grad.ndim))).numpy())


def test_worked_examples_of_borders():
    signal, kernel = torch.tensor([[[1.0, 10, 100]]]), torch.tensor([[[1.0, 2, 4]]])
    # Three inputs spread to 1 12 124 240 400 at places -1 to 3; those outside come back by the rule.
    for mode, expected in {
        "zeros": [12, 124, 240],
        "replicate": [13, 124, 640],
        "symmetric": [13, 124, 640],
        "reflect": [12, 125 + 400, 240],
        "circular": [412, 124, 241],
    }.items():
        assert SF.conv_transpose1d(signal, kernel, padding=1, padding_mode=mode).flatten().tolist() == expected, mode
    assert SF.conv_transpose1d(signal, kernel, padding="causal").flatten().tolist() == [124, 240, 400]
    decoder = SF.conv_transpose1d(signal, kernel, padding=((0, 2),))
    assert decoder.flatten().tolist() == [1, 12, 124]


def test_an_output_padding_beyond_the_stride_with_a_border():
    input, weight = strategies.whole_numbers((1, 2, 4), 0), strategies.whole_numbers((2, 3, 2), 1)
    window = {"dilation": 3, "padding_mode": "circular"}
    for kernel in ("torch", "reference"):
        with use_kernel(kernel):
            result = SF.conv_transpose1d(input, weight, None, 1, 1, 2, **window)
        # the convolution back sees two windows more, of which these outputs come from the first four alone
        more = F.pad(input, (0, 2))
        torch.testing.assert_close(result, SF.conv_transpose1d(more, weight, None, 1, 1, 0, **window), rtol=0, atol=0)


def test_flip_spreads_by_the_reversed_kernel():
    input, weight = strategies.whole_numbers((2, 4, 5, 6), 0), strategies.whole_numbers((4, 3, 3, 2), 1)
    result = SF.conv_transpose2d(input, weight, stride=2, flip=True)
    torch.testing.assert_close(result, F.conv_transpose2d(input, weight.flip((2, 3)), stride=2), rtol=0, atol=0)


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_layers_with_and_without_an_output_size(ndim):
    ours, torchs = (cls(4, 6, 3, stride=2, padding=1, groups=2) for cls in LAYERS[ndim])
    torchs.load_state_dict(ours.state_dict())
    input = strategies.numbers((2, 4, *(5,) * ndim), 0)
    assert repr(ours) == repr(torchs)
    for size in (None, [9] * ndim, [10] * ndim):
        with use_kernel("direct"):
            torch.testing.assert_close(ours(input, size), torchs(input, size))
    with pytest.raises(
        ValueError, match=r"output_size must be from 9 to 10 for an input of 5 with stride 2, but got 20"
    ):
        ours(input, [20] * ndim)


def test_compiled_exported_and_transformed():
    layer = snn.ConvTranspose2d(4, 6, 3, 2, 1, 1)
    input = strategies.numbers((2, 4, 5, 5), 0)
    expected = layer(input)
    torch.compiler.reset()
    torch.testing.assert_close(torch.compile(layer, backend="aot_eager", fullgraph=True)(input), expected)
    program = torch.export.export(layer, (input,))
    assert "conv_transpose2d" in str(program.graph)
    torch.testing.assert_close(torch.vmap(layer)(input[:, None])[:, 0], expected)
    with use_kernel("direct"), pytest.raises(RuntimeError, match=r"'direct' is forced and cannot run: a torch.func"):
        torch.func.grad(lambda x: SF.conv_transpose2d(x, layer.weight).sum())(input)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"weight": torch.zeros(4, 3)},
            r"weight must have at least 3 dimensions \(C, O / groups, \*K\), but got \(4, 3\)",
        ),
        ({"input": torch.zeros(2, 4)}, "input must have 4 dimensions"),
        (
            {"input": torch.zeros(2, 5, 5, 5)},
            r"input must have 4 channels for a weight of \(4, 3, 3, 3\), but got 5",
        ),
        ({"groups": 3}, "weight has 4 input channels, which groups 3 does not divide"),
        ({"bias": torch.zeros(4)}, r"bias must have shape \(3,\), but got \(4,\)"),
        ({"input": torch.zeros(2, 5, 5, 4)}, r"if input is channels-last, permute it: input.permute\(0, 3, 1, 2\)"),
        (
            {"padding": 4},
            r"kernel size 3 and padding 4 before and 4 after makes -1 elements of 5; it must make at least",
        ),
        ({"padding": "half"}, "padding must be one of 'valid', .* but got 'half'"),
        ({"padding_mode": "edge"}, "padding_mode must be one of 'zeros', .* but got 'edge'"),
        (
            {"output_padding": 2, "stride": 2},
            "output_padding must be at least 0 and smaller than the larger of stride 2 and dilation 1, but got 2",
        ),
        (
            {"output_padding": 1, "stride": 2, "padding": "same"},
            "output_padding must be 0 with padding 'same', which makes size x stride elements, but got 1; output_size",
        ),
        (
            {"output_size": (9, 11), "stride": 2, "padding": "same"},
            "output_size must be from 9 to 10 for an input of 5 with stride 2 and padding 'same', but got 11",
        ),
        ({"output_size": (9,)}, "output_size must be an int or 2 ints, one an axis, but got 1"),
        ({"output_size": (9, 9), "input": torch.zeros(2, 4)}, "input must have 4 dimensions"),
        ({"stride": (1, 2, 3)}, "stride must be an int or 2 ints"),
    ],
)
def test_what_does_not_fit_is_refused(changes, message):
    arguments = {"input": torch.zeros(2, 4, 5, 5), "weight": torch.zeros(4, 3, 3, 3), **changes}
    with pytest.raises(ValueError, match=message):
        SF.conv_transpose(**arguments)


def test_other_refusals():
    with pytest.raises(TypeError, match=r"input has dtype torch\.float64 and weight torch\.float32"):
        SF.conv_transpose1d(torch.zeros(1, 2, 3).double(), torch.zeros(2, 2, 3))
    with pytest.raises(ValueError, match="weight must have 5 dimensions"):
        SF.conv_transpose3d(torch.zeros(1, 2, 3), torch.zeros(2, 2, 3))
