"""`activation=`: equal to the convolution followed by torch's function, in every mode, by our kernels and torch's."""

import numpy as np
import pytest
import strategies
import torch
from kernels import LEVELS
from torch.nn import functional as F

import striate.functional as SF
from striate import use_kernel
from striate.engine._load import ops
from striate.engine.selection import kernel_list

FUNCTIONS = {"relu": F.relu, "relu6": F.relu6, "silu": F.silu, "gelu": F.gelu}
CONVS = {1: SF.conv1d, 2: SF.conv2d, 3: SF.conv3d}
KERNELS = pytest.mark.parametrize("kernel", [*kernel_list("forward"), "torch"])
ACTIVATIONS = pytest.mark.parametrize("activation", FUNCTIONS)


def tensors(kernel, dtype=torch.float64, ndim=2):
    """Operands that the kernel can convolve; and with which groups and padding."""
    groups, filters = {"depthwise": (4, 8), "grouped": (2, 4)}.get(kernel, (1, 8))
    taps, padding = {"pointwise": (1, 0), "samples": (5, 2)}.get(kernel, (3, 1))
    shapes = (2, 4, *(6,) * ndim), (filters, 4 // groups, *(taps,) * ndim), (filters,)
    return [strategies.numbers(shape, seed, dtype).mul_(2) for seed, shape in enumerate(shapes)], groups, padding


@KERNELS
@ACTIVATIONS
@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize("layout", ["contiguous", "channels_last"])
def test_without_a_gradient(kernel, activation, ndim, layout):
    if (kernel == "winograd" and ndim == 1) or (kernel == "samples" and ndim != 2):
        pytest.skip("its tiles have two axes")
    (input, weight, bias), groups, padding = tensors(kernel, ndim=ndim)
    input = strategies.in_layout(input, layout)
    with use_kernel(kernel):
        expected = FUNCTIONS[activation](SF.conv(input, weight, bias, padding=padding, groups=groups))
        for convolve in (SF.conv, CONVS[ndim]):
            result = convolve(input, weight, bias, padding=padding, groups=groups, activation=activation)
            torch.testing.assert_close(result, expected)
            assert result.stride() == expected.stride()
        without = SF.conv(input, weight, padding=padding, groups=groups, activation=activation)
        expected = FUNCTIONS[activation](SF.conv(input, weight, padding=padding, groups=groups))
        torch.testing.assert_close(without, expected)


@KERNELS
@ACTIVATIONS
def test_first_and_second_derivatives_are_those_of_the_composition(kernel, activation):
    leaves, groups, padding = tensors(kernel)
    leaves = [leaf.requires_grad_() for leaf in leaves]
    window = (1, ((2, 1), (0, 3)) if padding else 0, 1, groups)
    border = {"padding_mode": "constant", "padding_value": 1.5}

    def derivatives(output):
        first = torch.autograd.grad(output.pow(3).sum(), leaves, create_graph=True)
        second = torch.autograd.grad(sum(slope.pow(2).sum() for slope in first), leaves, retain_graph=True)
        return output, *first, *second, *torch.autograd.grad(output.pow(3).sum(), leaves)

    with use_kernel(kernel):
        expected = derivatives(FUNCTIONS[activation](SF.conv2d(*leaves, *window, **border)))
        results = derivatives(SF.conv2d(*leaves, *window, **border, activation=activation))
    for result, right in zip(results, expected, strict=True):
        torch.testing.assert_close(result, right)


@ACTIVATIONS
@pytest.mark.parametrize("wanted", range(3))
def test_the_gradient_of_one_operand_alone(activation, wanted):
    leaves, *_ = tensors("direct")
    leaves[wanted].requires_grad_()
    with use_kernel("direct"):
        result = SF.conv2d(*leaves, activation=activation)
        (expected,) = torch.autograd.grad(FUNCTIONS[activation](SF.conv2d(*leaves)).sum(), leaves[wanted])
    torch.testing.assert_close(torch.autograd.grad(result.sum(), leaves[wanted])[0], expected)


@ACTIVATIONS
def test_compiled_and_transformed(activation):
    (input, weight, bias), *_ = tensors("direct")
    weight.requires_grad_()

    def convolve(input, weight):
        return SF.conv2d(input, weight, bias, padding="same", activation=activation)

    expected = FUNCTIONS[activation](torch.conv2d(input, weight, bias, padding="same"))
    (slope,) = torch.autograd.grad(expected.sum(), weight, retain_graph=True)
    torch.compiler.reset()
    compiled = torch.compile(convolve, backend="aot_eager", fullgraph=True)(input, weight)
    torch.testing.assert_close(compiled, expected)
    torch.testing.assert_close(torch.autograd.grad(compiled.sum(), weight)[0], slope)
    mapped = torch.vmap(convolve, (0, None))(input[:, None], weight)
    torch.testing.assert_close(mapped[:, 0], expected)
    summed = torch.func.grad(lambda w: convolve(input, w).sum())(weight.detach())
    torch.testing.assert_close(summed, slope)
    torch.testing.assert_close(convolve(input[0], weight), expected[0])
    with torch.inference_mode():
        torch.testing.assert_close(convolve(input, weight).clone(), expected.detach())


def test_other_ranks_and_borders_that_only_torch_has():
    input, weight = strategies.numbers((1, 2, 4, 4, 4, 4), 0), strategies.numbers((3, 2, 2, 2, 2, 2), 1)
    torch.testing.assert_close(SF.conv(input, weight, activation="relu"), SF.conv(input, weight).relu())
    mean = {"padding": 1, "padding_mode": "mean"}
    image, filters = strategies.numbers((1, 2, 5, 5), 2), strategies.numbers((3, 2, 3, 3), 3)
    result = SF.conv2d(image, filters, **mean, activation="gelu", flip=True)
    torch.testing.assert_close(result, F.gelu(SF.conv2d(image, filters, **mean, flip=True)))


@pytest.mark.parametrize("activation", ["ReLU", "tanh", 1])
def test_unknown_activations_are_refused(activation):
    message = f"activation must be one of 'relu', 'relu6', 'silu', 'gelu', but got {activation!r}"
    with pytest.raises(ValueError, match=message):
        SF.conv2d(torch.zeros(1, 1, 3, 3), torch.zeros(1, 1, 3, 3), activation=activation)


# The activations of csrc/activate.hpp through a 1x1 convolution by one, whose sums are the inputs themselves.
ODD = [
    0.0,
    -0.0,
    float("nan"),
    float("inf"),
    float("-inf"),
    1e-40,
    -1e-40,
    3e38,
    -3e38,
    -1e30,
    88.5,
    -88.5,
    104.0,
    -104.0,
]


@pytest.fixture(params=LEVELS)
def level(request):
    ops().use_isa(request.param)
    yield request.param
    ops().use_isa("")


def through_the_operator(values, activation, family="direct"):
    codes = {"relu": 1, "relu6": 2, "silu": 3, "gelu": 4}
    one, kernel = torch.ones(1, 1, 1, dtype=values.dtype), kernel_list("forward").index(family)
    input = values.reshape(1, 1, -1)
    result = ops().convolution(input, one, None, [1], [0, 0], [1], 1, [0], 0.0, kernel, codes[activation])
    return result.flatten()


def exact(values, activation):
    """By torch in float64, which is within 2 units in the last place of float64."""
    return FUNCTIONS[activation](values.double())


@ACTIVATIONS
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_accuracy_at_every_level(level, activation, dtype):  # noqa: ARG001, the fixture sets it
    """Bounds from the formulas: the exponential is within 2 units, a quotient and products add one each.

    gelu's polynomial for erf is off by 1.5e-7 at most (Abramowitz and Stegun 7.1.26), halved and times x; below -87 the
    exponential is taken for 0, and what is lost is less than the smallest normal number times x.
    """
    unit = torch.finfo(dtype).eps / 2
    values = torch.cat([torch.linspace(-30, 30, 20001), torch.linspace(-110, 110, 2001), torch.logspace(-30, 0, 500)])
    values = values.to(dtype)
    error = (through_the_operator(values, activation).double() - exact(values, activation)).abs()
    size = values.double().abs()
    if activation in {"relu", "relu6"}:
        assert error.max() == 0
        return
    relative = 8 * unit * exact(values, activation).abs()
    if activation == "gelu":
        formula = 0.75e-7 if dtype == torch.float32 else 0.0
        bound = relative + size * (formula + 8 * unit)
    else:
        bound = relative + size * torch.finfo(dtype).tiny * 4
    worst = int((error - bound).argmax())
    assert bool((error <= bound).all()), (float(values[worst]), float(error[worst]), float(bound[worst]))


@ACTIVATIONS
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("family", ["direct", "reference"])
def test_nan_and_infinities_as_torch(level, activation, dtype, family):
    """As torch in float64: its vectors of float32 make gelu of infinity NaN, and of 3e38 infinity."""
    values = torch.tensor(ODD * 3, dtype=dtype)
    result = through_the_operator(values, activation, family).numpy()
    expected = exact(values, activation).to(dtype).numpy()
    np.testing.assert_allclose(result, expected, rtol=1e-6, atol=1e-36 if dtype == torch.float32 else 0, err_msg=level)
