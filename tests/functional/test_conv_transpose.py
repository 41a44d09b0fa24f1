"""Transposed convolution against torch's, and its errors; that it is the adjoint of `conv` follows from both."""

import itertools

import pytest
import strategies
import torch
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


@pytest.mark.parametrize("kernel", ["direct", "reference"])
def test_derivatives_of_second_order(kernel):
    leaves = [leaf.requires_grad_() for leaf in tensors(2, 2)]

    def call(*leaves):
        with use_kernel(kernel):
            return SF.conv_transpose2d(*leaves, 2, 1, 1, 2)

    assert torch.autograd.gradcheck(call, leaves)
    assert torch.autograd.gradgradcheck(call, leaves)


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_layers_with_and_without_an_output_size(ndim):
    ours, torchs = (cls(4, 6, 3, stride=2, padding=1, groups=2) for cls in LAYERS[ndim])
    torchs.load_state_dict(ours.state_dict())
    input = strategies.numbers((2, 4, *(5,) * ndim), 0)
    assert repr(ours) == repr(torchs)
    for size in (None, [9] * ndim, [10] * ndim):
        with use_kernel("direct"):
            torch.testing.assert_close(ours(input, size), torchs(input, size))
    with pytest.raises(ValueError, match="requested an output size"):
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
        ({"weight": torch.zeros(4, 3)}, r"weight must have 3 to 5 dimensions .*, but got \(4, 3\)"),
        ({"input": torch.zeros(2, 4)}, "input must have 4 dimensions"),
        (
            {"input": torch.zeros(2, 5, 5, 5)},
            r"input must have 4 channels for a weight of \(4, 3, 3, 3\), but got 5",
        ),
        ({"groups": 3}, "weight has 4 input channels, which groups 3 does not divide"),
        ({"bias": torch.zeros(4)}, r"bias must have shape \(3,\), but got \(4,\)"),
        ({"padding": -1}, "padding must be at least 0, but got -1"),
        ({"padding": 4}, r"an input of spatial size \(5, 5\) has an output of \(-1, -1\); use less padding"),
        (
            {"output_padding": 2, "stride": 2},
            r"output_padding must be smaller than stride or dilation, but got \(2, 2\)",
        ),
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
