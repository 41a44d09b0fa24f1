"""`override`: which calls reach our kernels, and that all others and every refusal stay torch's."""

import itertools
import threading

import pytest
import strategies
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

import striate.functional as SF
from striate import override, use_kernel

CONVS = {1: torch.conv1d, 2: torch.conv2d, 3: torch.conv3d}
FACES = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
LAYERS = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
# Forced on such a convolution the depthwise kernel refuses, and so a call that reaches our kernels is seen.
REFUSAL = "it has 4 input channels a group, not 1"


def tensors(ndim, dtype=torch.float32, groups=1):
    input = strategies.whole_numbers((2, 4, *(9,) * ndim), 1, dtype)
    weight = strategies.whole_numbers((6 * groups, 4 // groups, *(3,) * ndim), 2, dtype)
    return input, weight, strategies.whole_numbers((6 * groups,), 3, dtype)


def reaches_ours(call):
    with use_kernel("depthwise"):
        try:
            call()
        except RuntimeError as error:
            assert REFUSAL in str(error), error  # noqa: PT017, some calls must not raise
            return True
    return False


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize("call", ["torch", "F", "module", "keywords"])
def test_every_way_to_convolve_reaches_our_kernels(ndim, call):
    input, weight, bias = tensors(ndim)
    layer = LAYERS[ndim](4, 6, 3)
    calls = {
        "torch": lambda: CONVS[ndim](input, weight, bias),
        "F": lambda: FACES[ndim](input, weight, bias, 2, 1),
        "module": lambda: layer(input),
        "keywords": lambda: CONVS[ndim](weight=weight, input=input, padding="same"),
    }
    assert not reaches_ours(calls[call])
    with override():
        assert reaches_ours(calls[call])
    assert not reaches_ours(calls[call])


TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize("call", ["F", "module", "keywords"])
def test_transposed_convolutions_reach_our_kernels(ndim, call):
    input, _, _ = tensors(ndim)
    weight = strategies.whole_numbers((4, 4, *(3,) * ndim), 2, torch.float32)
    layer = getattr(nn, f"ConvTranspose{ndim}d")(4, 4, 3, bias=False)
    calls = {
        "F": lambda: TRANSPOSED[ndim](input, weight),
        "module": lambda: layer(input),
        "keywords": lambda: TRANSPOSED[ndim](weight=weight, input=input, output_padding=1, stride=2),
    }
    assert not reaches_ours(calls[call])
    with override():
        assert reaches_ours(calls[call])
        with torch.autocast("cpu"):
            assert not reaches_ours(calls[call])


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize("kernel", ["reference", "direct", "torch"])
def test_transposed_convolutions_give_the_same_numbers_and_gradients(ndim, kernel):
    shapes = (2, 4, *(5,) * ndim), (4, 3, *(3,) * ndim), (6,)
    for stride, padding, extra, dilation in ((1, 0, 0, 1), (2, 1, 1, 1), ([3] * ndim, 2, 0, 2), (1, 0, (1,) * ndim, 2)):
        results = []
        for context in (use_kernel("torch"), override()):
            leaves = [strategies.whole_numbers(shape, seed).requires_grad_() for seed, shape in enumerate(shapes)]
            with use_kernel(kernel), context:
                output = TRANSPOSED[ndim](*leaves, stride, padding, extra, 2, dilation)
            output.backward(strategies.whole_numbers(output.shape, 4))
            results.append((output, *(leaf.grad for leaf in leaves)))
        for ours, torchs in zip(results[1], results[0], strict=True):
            torch.testing.assert_close(ours, torchs, rtol=0, atol=0)


@pytest.mark.parametrize(
    "arguments",
    [
        {"padding": -1},
        {"padding": "same"},
        {"padding": ((1, 0), (0, 1))},
        {"padding": 1, "padding_mode": "circular"},
        {"output_padding": 2, "stride": 2},
        {"groups": 3},
        {"strid": 1},
    ],
)
def test_what_torch_refuses_of_a_transposed_convolution_is_refused_in_its_words(arguments):
    input, weight, _ = tensors(2)
    weight = weight.transpose(0, 1)
    with pytest.raises((RuntimeError, TypeError)) as torchs:
        torch.conv_transpose2d(input, weight, **arguments)
    with override(), pytest.raises((RuntimeError, TypeError)) as ours:
        torch.conv_transpose2d(input, weight, **arguments)
    assert (type(ours.value), str(ours.value)) == (type(torchs.value), str(torchs.value))


@pytest.mark.parametrize("call", [torch.conv2d, torch.conv_transpose2d])
def test_real_and_complex_tensors_do_not_mix(call):
    with override(), pytest.raises(RuntimeError, match=r"dtype|type"):
        call(torch.zeros(1, 2, 3, 3, dtype=torch.complex64), torch.zeros(2, 2, 1, 1))


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("kernel", ["reference", "direct", "torch"])
def test_the_same_numbers_and_gradients(ndim, dtype, kernel):
    cases = itertools.product((1, 2), (0, 2, "same", "valid", (1,) * ndim), (1, [2] * ndim), (1, 2))
    for stride, padding, dilation, groups in cases:
        if padding == "same" and stride != 1:
            continue
        results = []
        for context in (use_kernel("torch"), override()):
            leaves = [tensor.requires_grad_() for tensor in tensors(ndim, dtype, groups)]
            with use_kernel(kernel), context:
                output = FACES[ndim](*leaves, stride, padding, dilation, groups)
            output.backward(strategies.whole_numbers(output.shape, 4, dtype))  # outside the block
            results.append((output, *(leaf.grad for leaf in leaves)))
        for ours, torchs in zip(results[1], results[0], strict=True):
            torch.testing.assert_close(ours, torchs, rtol=0, atol=0)


def test_without_a_batch_and_channels_last():
    input, weight, bias = tensors(2)
    last = input.contiguous(memory_format=torch.channels_last)
    expected = torch.conv2d(input, weight, bias)
    with override(), use_kernel("direct"):
        torch.testing.assert_close(torch.conv2d(input[0], weight, bias), expected[0], rtol=0, atol=0)
        result = torch.conv2d(last, weight, bias)
    assert result.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(result, expected, rtol=0, atol=0, check_stride=False)


def test_blocks_nest_and_one_block_can_be_entered_again():
    input, weight, _ = tensors(2)

    def call():
        return torch.conv2d(input, weight)

    expected, block = call(), override()
    with block:
        with override(), block:
            assert reaches_ours(call)
            torch.testing.assert_close(call(), expected, rtol=0, atol=0)
        assert reaches_ours(call)
    assert not reaches_ours(call)
    with pytest.raises(ZeroDivisionError), block:
        1 / 0  # noqa: B018
    assert not reaches_ours(call)


def test_another_thread_is_not_overridden():
    input, weight, _ = tensors(2)
    seen = []

    def look():
        seen.append(reaches_ours(lambda: torch.conv2d(input, weight)))

    with override():
        look()
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == [True, False]


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode, torch.enable_grad])
def test_inside_and_around_the_grad_modes(mode):
    input, weight, bias = tensors(2)
    weight.requires_grad_()
    with override(), mode():
        assert reaches_ours(lambda: torch.conv2d(input, weight, bias))
        inner = torch.conv2d(input, weight, bias)
    with mode(), override():
        assert reaches_ours(lambda: torch.conv2d(input, weight, bias))
        outer = torch.conv2d(input, weight, bias)
    assert inner.requires_grad == outer.requires_grad == (mode is torch.enable_grad)
    torch.testing.assert_close(inner.clone(), outer.clone(), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"padding": "same", "stride": 2}, "padding='same' is not supported for strided convolutions"),
        ({"padding": "causal"}, "Invalid padding string"),
        ({"padding": -1}, "negative padding is not supported"),
        ({"padding": ((0, 1), (2, 0))}, "invalid combination of arguments"),
        ({"stride": 0}, "non-positive stride is not supported"),
        ({"groups": 3}, "expected weight to be divisible by 3|expected input"),
        ({"bias": torch.zeros(6, dtype=torch.float64)}, "Input type .* and bias type .* should be the same"),
        ({"weight": torch.zeros(6, 4, 10, 10)}, "Kernel size can't be greater than actual input size"),
        ({"weight": torch.zeros(6, 4, 3, 3, dtype=torch.float64)}, "Input type .* and weight type|same dtype|expected"),
        ({"strid": 1}, "unexpected keyword argument|invalid combination of arguments"),
    ],
)
def test_what_torch_refuses_is_refused_in_its_words(arguments, message):
    input, weight, _ = tensors(2)
    arguments = {"weight": weight, **arguments}
    with pytest.raises((RuntimeError, TypeError), match=message) as torchs:
        torch.conv2d(input, **arguments)
    for kernel in ("torch", "direct"):
        with use_kernel(kernel), override(), pytest.raises((RuntimeError, TypeError), match=message) as ours:
            torch.conv2d(input, **arguments)
        assert (type(ours.value), str(ours.value)) == (type(torchs.value), str(torchs.value))


class Tagged(torch.Tensor):
    pass


def test_everything_else_stays_torchs():
    input, weight, bias = tensors(2)
    calls = {
        "pooling": lambda: F.max_pool2d(input, 3),
        "subclass": lambda: torch.conv2d(input.as_subclass(Tagged), weight),
        "meta": lambda: torch.conv2d(input.to("meta"), weight.to("meta")),
        "bias of a subclass": lambda: torch.conv2d(input, weight, bias.as_subclass(Tagged)),
        "vmap": lambda: torch.vmap(lambda x: torch.conv2d(x, weight))(input.unsqueeze(0)),
    }
    with override():
        for name, call in calls.items():
            assert not reaches_ours(call), name
        with torch.autocast("cpu"):
            assert not reaches_ours(lambda: torch.conv2d(input, weight))
            assert torch.conv2d(input, weight).dtype == torch.bfloat16
        assert type(torch.conv2d(input.as_subclass(Tagged), weight)) is Tagged


# torch's forward-mode AD compiles its rules by a part of torch that torch calls deprecated.
@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")
def test_transforms_and_forward_mode_inside():
    input, weight, _ = tensors(2, torch.float64)

    def loss(weight, input):
        return torch.conv2d(input, weight, padding=1).pow(2).sum()

    expected = torch.func.grad(loss)(weight, input)
    tangent = strategies.whole_numbers(weight.shape, 5)
    jvp = torch.func.jvp(lambda w: torch.conv2d(input, w), (weight,), (tangent,))[1]
    with override():
        torch.testing.assert_close(torch.func.grad(loss)(weight, input), expected, rtol=0, atol=0)
        each = torch.vmap(torch.func.grad(loss), (None, 0))(weight, input.unsqueeze(1))
        inside = torch.func.jvp(lambda w: torch.conv2d(input, w), (weight,), (tangent,))[1]
    torch.testing.assert_close(each.sum(0), expected, rtol=0, atol=0)
    torch.testing.assert_close(inside, jvp, rtol=0, atol=0)
    assert jvp.abs().sum() > 0


@pytest.mark.parametrize("kernel", ["reference", "direct"])
def test_derivatives_of_second_order(kernel):
    input, weight, bias = (tensor.requires_grad_() for tensor in tensors(1, torch.float64))
    with use_kernel(kernel), override():
        assert torch.autograd.gradcheck(lambda *leaves: torch.conv1d(*leaves, 2, 1), (input, weight, bias))
        assert torch.autograd.gradgradcheck(lambda *leaves: torch.conv1d(*leaves, 2, 1), (input, weight, bias))


def test_compiled_inside_around_and_before():
    input, weight, _ = tensors(2)
    weight.requires_grad_()

    def forward(input, weight):
        return torch.conv2d(input, weight, padding=1).relu()

    def inside(input, weight):
        with override():
            return forward(input, weight)

    expected = forward(input, weight)
    (gradient,) = torch.autograd.grad(expected.sum(), weight)
    torch.compiler.reset()
    compiled = torch.compile(forward, backend="aot_eager", fullgraph=True)
    results = [compiled(input, weight)]
    with override():
        results += [compiled(input, weight), torch.compile(forward, backend="aot_eager", fullgraph=True)(input, weight)]
        assert reaches_ours(lambda: forward(input, weight))
    results.append(torch.compile(inside, backend="aot_eager", fullgraph=True)(input, weight))
    for result in results:
        torch.testing.assert_close(result, expected, rtol=0, atol=0)
        torch.testing.assert_close(torch.autograd.grad(result.sum(), weight)[0], gradient, rtol=0, atol=0)


def test_exported_inside_holds_torchs_operators():
    layer = nn.Conv2d(4, 6, 3, padding=1)
    input, _, _ = tensors(2)
    with override():
        program = torch.export.export(layer, (input,))
        exported = [node.target for node in program.graph.nodes if node.op == "call_function"]
    assert exported == [torch.ops.aten.conv2d.default]


def test_checkpointed_inside_and_differentiated_outside():
    input, weight, bias = (tensor.requires_grad_() for tensor in tensors(2))
    expected = torch.autograd.grad(torch.conv2d(input, weight, bias).relu().sum(), (input, weight, bias))
    with override(), use_kernel("direct"):
        output = checkpoint(lambda *leaves: torch.conv2d(*leaves).relu(), input, weight, bias, use_reentrant=False)
    for ours, torchs in zip(torch.autograd.grad(output.sum(), (input, weight, bias)), expected, strict=True):
        torch.testing.assert_close(ours, torchs, rtol=0, atol=0)


def test_a_layer_with_its_own_border_and_our_own_functions_work_inside():
    input, weight, bias = tensors(2)
    layer = nn.Conv2d(4, 6, 3, padding=2, padding_mode="circular")
    layer.load_state_dict({"weight": weight, "bias": bias})
    expected, own = layer(input), SF.conv2d(input, weight, bias, 2, "same_lower", padding_mode="symmetric")
    with override():
        for kernel in ("direct", "reference", "torch"):
            with use_kernel(kernel):
                torch.testing.assert_close(layer(input), expected, rtol=0, atol=0)
                inside = SF.conv2d(input, weight, bias, 2, "same_lower", padding_mode="symmetric")
                torch.testing.assert_close(inside, own, rtol=0, atol=0)
