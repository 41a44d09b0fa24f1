"""The kernels as differentiable operators, and who may run them."""

import os
import subprocess
import sys
import threading

import pytest
import strategies
import torch

import striate.functional as SF
import striate.nn as snn
from striate import use_kernel
from striate.engine.selection import forced_kernel

MODES = ["zeros", "constant", "reflect", "symmetric", "replicate", "circular"]


def double(shape, seed):
    return strategies.numbers(shape, seed, torch.float64).requires_grad_()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("check", [torch.autograd.gradcheck, torch.autograd.gradgradcheck])
def test_derivatives_of_the_reference_kernel(mode, check):
    value = 1.5 if mode == "constant" else 0.0
    tensors = double((2, 4, 5, 4), 0), double((4, 2, 3, 2), 1), double((4,), 2)

    def convolve(input, weight, bias):
        with use_kernel("reference"):
            return SF.conv2d(
                input, weight, bias, (1, 2), ((2, 1), (0, 3)), (1, 2), 2, padding_mode=mode, padding_value=value
            )

    assert check(convolve, tensors)


def test_third_derivative_is_composed_torchs():
    def third(kernel):
        input, weight = double((1, 2, 6), 0), double((2, 2, 3), 1)
        with use_kernel(kernel):
            value = SF.conv1d(input, weight, padding=1).pow(4).sum()
            for _ in range(3):
                (slope,) = torch.autograd.grad(value, input, create_graph=True)
                value = slope.pow(2).sum()
        return torch.autograd.grad(value, weight)[0]

    torch.testing.assert_close(third("reference"), third("torch"))


def test_only_wanted_gradients_are_computed():
    input, weight = double((1, 2, 6), 0), strategies.numbers((2, 2, 3), 1, torch.float64)
    with use_kernel("reference"):
        SF.conv1d(input, weight).sum().backward()
        assert not SF.conv1d(input.detach(), weight).requires_grad
    assert input.grad is not None
    assert weight.grad is None


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda x, w: SF.conv(x.half(), w.half()), "input has dtype torch.float16, not float32 or float64"),
        (lambda x, w: SF.conv(x.to("meta"), w.to("meta")), "input is a torch.strided tensor on meta"),
        (lambda x, w: SF.conv(x, w, padding=1, padding_mode="mean"), "the kernels do not know padding_mode 'mean'"),
        (
            lambda x, w: SF.conv(x, w, padding=1, padding_mode=("zeros", "constant"), padding_value=1.0),
            "padding_mode asks for 'zeros' and 'constant'",
        ),
        (lambda x, w: SF.conv(x[..., None, None], w[..., None, None]), "the kernels have 1 to 3 spatial axes, not 4"),
        (lambda x, w: torch.vmap(lambda y: SF.conv(y, w))(x[None]), "a torch.func transform is active|BatchedTensor"),
        (lambda x, w: torch.func.grad(lambda y: SF.conv(y, w).sum())(x), "a torch.func transform is active"),
    ],
)
def test_a_forced_kernel_that_cannot_run_says_why(call, reason):
    input, weight = strategies.numbers((1, 2, 5, 5), 0), strategies.numbers((3, 2, 3, 3), 1)
    with (
        use_kernel("reference"),
        pytest.raises(RuntimeError, match=f"'reference' is forced and cannot run: .*({reason})"),
    ):
        call(input, weight)


# torch's forward-mode AD compiles its rules by a part of torch that torch calls deprecated.
FORWARD_MODE = pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")


@FORWARD_MODE
def test_forward_mode_and_autocast_are_refused():
    input, weight = strategies.numbers((1, 2, 5), 0), strategies.numbers((3, 2, 3), 1)
    with (
        use_kernel("reference"),
        torch.autograd.forward_ad.dual_level(),
        pytest.raises(RuntimeError, match="forward-mode AD is active"),
    ):
        SF.conv(torch.autograd.forward_ad.make_dual(input, input), weight)
    with use_kernel("reference"), torch.autocast("cpu"), pytest.raises(RuntimeError, match="autocast is active"):
        SF.conv(input, weight)


def test_a_bias_of_another_dtype_is_refused():
    input, weight = strategies.numbers((1, 2, 5), 0), strategies.numbers((3, 2, 3), 1)
    bias = torch.zeros(3, dtype=torch.float64)
    with use_kernel("reference"), pytest.raises(RuntimeError, match=r"bias is a Tensor of torch.float64 on cpu, not a"):
        SF.conv(input, weight, bias)


def test_subclasses_are_refused():
    class Marked(torch.Tensor):
        pass

    input = strategies.numbers((1, 2, 5), 0).as_subclass(Marked)
    with use_kernel("reference"), pytest.raises(RuntimeError, match="input is a Marked, not a plain tensor"):
        SF.conv(input, strategies.numbers((3, 2, 3), 1))


@FORWARD_MODE
def test_by_default_torch_computes_and_every_transform_works():
    layer = snn.Conv1d(2, 3, 3, padding="same", padding_mode="symmetric")
    input = strategies.numbers((4, 2, 6), 0)
    expected = layer(input)
    torch.testing.assert_close(torch.vmap(layer)(input), expected)
    _, tangent = torch.func.jvp(layer, (input,), (input,))
    torch.testing.assert_close(tangent, expected - layer.bias[:, None])
    with torch.autocast("cpu"):
        assert layer(input).dtype == torch.bfloat16


def test_forcing_ends_with_its_block_and_stays_in_its_thread():
    seen = []
    with use_kernel("reference"):
        thread = threading.Thread(target=lambda: seen.append(forced_kernel()))
        thread.start()
        thread.join()
        with use_kernel("torch"):
            assert forced_kernel() == "torch"
        assert forced_kernel() == "reference"
    assert seen == [None]
    assert forced_kernel() is None


def test_unknown_kernels_are_refused():
    with (
        pytest.raises(
            ValueError,
            match=r"kernel must be one of 'depthwise', .*'reference', .*'torch', but got 'fast'",
        ),
        use_kernel("fast"),
    ):
        pass
    for name, known in (("reference", True), ("fast", False)):
        code = "from striate.engine.selection import forced_kernel; print(forced_kernel())"
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "STRIATE_KERNEL": name},
            capture_output=True,
            text=True,
            check=False,
        )
        if known:
            assert done.stdout.strip() == name
        else:
            assert "STRIATE_KERNEL must be one of 'depthwise', " in done.stderr


def test_compiled_convolution_is_the_eager_one():
    layer = snn.Conv2d(2, 3, 3, stride=2, padding="same", padding_mode="symmetric")
    input = strategies.numbers((2, 2, 7, 8), 0).requires_grad_()
    layer(input).square().sum().backward()
    expected = [parameter.grad.clone() for parameter in (input, layer.weight, layer.bias)]
    for parameter in (input, layer.weight, layer.bias):
        parameter.grad = None
    compiled = torch.compile(layer, backend="aot_eager", fullgraph=True)
    result = compiled(input)
    torch.testing.assert_close(result, layer(input))
    result.square().sum().backward()
    for parameter, gradient in zip((input, layer.weight, layer.bias), expected, strict=True):
        torch.testing.assert_close(parameter.grad, gradient)


def test_export_holds_torchs_operators_and_a_free_size():
    layer = snn.Conv2d(2, 3, 3, padding=1)
    sizes = {0: torch.export.Dim("batch"), 2: torch.export.Dim("height", min=4), 3: torch.export.Dim("width", min=4)}
    exported = torch.export.export(layer, (torch.zeros(2, 2, 8, 9),), dynamic_shapes=(sizes,))
    names = [str(node.target) for node in exported.graph.nodes if node.op == "call_function"]
    assert names == ["aten.conv2d.default"]
    input = strategies.numbers((5, 2, 6, 7), 0)
    torch.testing.assert_close(exported.module()(input), layer(input))


@pytest.mark.filterwarnings("ignore:`torch.jit.trace:DeprecationWarning")
def test_a_trace_holds_torchs_operators():
    layer = snn.Conv2d(2, 3, 3, padding=1)
    with use_kernel("reference"):
        traced = torch.jit.trace(layer, strategies.numbers((1, 2, 5, 5), 0))
    assert "aten::_convolution" in str(traced.inlined_graph)
