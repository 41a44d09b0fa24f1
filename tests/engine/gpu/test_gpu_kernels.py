"""Triton's kernels against the composition of torch's operators: by the interpreter here, on a GPU where one is."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import torch

from striate import nn as snn
from striate import use_kernel
from striate.engine.gpu.availability import has_triton, is_interpreted
from striate.functional import conv, local_conv, separable_conv

pytestmark = [
    pytest.mark.skipif(not has_triton(), reason="the kernels for GPUs are written in Triton, which is not installed"),
    pytest.mark.skipif(
        not (torch.cuda.is_available() or is_interpreted()), reason="there is no GPU, and TRITON_INTERPRET=1 is not set"
    ),
]
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
RULES = ("zeros", "constant", "reflect", "symmetric", "replicate", "circular")

# channels, filters, groups, kernel, stride, dilation, padding, size: depthwise, with a multiplier, cropped; grouped;
# dense; signals; a padding that wraps more than once
WINDOWS = {
    "depthwise": (3, 3, 3, (3, 3), 1, 1, ((1, 2), (0, 3)), (5, 6)),
    "multiplier": (3, 6, 3, (3, 2), (2, 1), (1, 2), ((1, 1), (-1, 2)), (6, 7)),
    "grouped": (4, 6, 2, (3, 3), 2, 1, 1, (6, 5)),
    "dense": (2, 3, 1, (2, 3), 1, (2, 1), ((3, 0), (1, 1)), (5, 5)),
    "signal": (3, 5, 1, (5,), 1, 2, ((4, 3),), (9,)),
    "far": (2, 4, 2, (4,), 2, 1, ((13, 9),), (5,)),
}


def drawn(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64).to(DEVICE)


def by_both(compute):
    results = []
    for kernel in ("torch", "triton"):
        with use_kernel(kernel):
            results.append(compute())
    return results


def convolution_and_gradients(window, rule, memory_format=torch.contiguous_format):
    channels, filters, groups, kernel, stride, dilation, padding, size = WINDOWS[window]
    input = drawn(2, channels, *size).to(memory_format=memory_format).requires_grad_()
    weight = drawn(filters, channels // groups, *kernel, seed=1).requires_grad_()
    bias = drawn(filters, seed=2).requires_grad_()
    value = 0.5 if rule == "constant" else 0.0

    def compute():
        output = conv(
            input, weight, bias, stride, padding, dilation, groups, padding_mode=rule, padding_value=value,
            activation="silu",
        )  # fmt: skip
        sent = drawn(*output.shape, seed=3)
        return output, *torch.autograd.grad(output, (input, weight, bias), sent)

    return compute


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("window", WINDOWS)
def test_a_convolution_and_its_gradients(window, rule):
    expected, found = by_both(convolution_and_gradients(window, rule))
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("window", ["depthwise", "multiplier", "dense"])
def test_channels_last_stays_so(window):
    expected, found = by_both(convolution_and_gradients(window, "reflect", torch.channels_last))
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)
    assert found[0].is_contiguous(memory_format=torch.channels_last)


def test_axes_may_have_rules_of_their_own():
    input, weight = drawn(1, 2, 4, 5), drawn(2, 1, 3, 3)
    expected, found = by_both(lambda: conv(input, weight, padding=2, groups=2, padding_mode=("circular", "zeros")))
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


def test_second_derivatives_are_torchs():
    input, weight = drawn(1, 2, 4, 3).requires_grad_(), drawn(2, 1, 2, 2).requires_grad_()
    with use_kernel("triton"):
        convolve = partial(conv, groups=2, padding=1)
        assert torch.autograd.gradgradcheck(convolve, (input, weight), fast_mode=True)


@pytest.mark.parametrize("activation", [None, "relu", "relu6", "silu", "gelu"])
def test_both_halves_of_a_separable_convolution(activation):
    input, depthwise, pointwise = drawn(2, 3, 6, 5), drawn(6, 1, 3, 3, seed=1), drawn(4, 6, 1, 1, seed=2)
    biases = {"bias": drawn(4, seed=3), "depthwise_bias": 3 * drawn(6, seed=4)}
    expected, found = by_both(
        lambda: separable_conv(
            input, depthwise, pointwise, stride=2, padding=1, activation=activation, padding_mode="reflect", **biases
        )
    )
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)


def test_a_separable_signal_flipped():
    input, depthwise, pointwise = drawn(1, 2, 9), drawn(2, 1, 3, seed=1), drawn(3, 2, 1, seed=2)
    expected, found = by_both(lambda: separable_conv(input, depthwise, pointwise, padding=2, flip=True))
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


def test_gradients_of_a_separable_convolution():
    layer = snn.SeparableConv2d(2, 3, 3, padding=1, device=DEVICE, dtype=torch.float64)
    input = drawn(1, 2, 4, 4)
    expected, found = by_both(lambda: torch.autograd.grad(layer(input).square().sum(), list(layer.parameters())))
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    ("input", "weight", "options"),
    [
        ((3, 4, 6, 5), (3, 2, 6, 2, 2, 2), {"groups": 2, "stride": 2}),
        ((2, 3, 9), (9, 5, 3, 3), {"padding": 1, "padding_mode": "circular"}),
    ],
)
def test_weights_of_its_own_at_every_position(input, weight, options):
    input, weight = drawn(*input).requires_grad_(), drawn(*weight, seed=1).requires_grad_()

    def compute():
        output = local_conv(input, weight, **options)
        return output, *torch.autograd.grad(output.square().sum(), (input, weight))

    expected, found = by_both(compute)
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    ("compute", "reason"),
    [
        (lambda: conv(drawn(1, 1, 3, 3, 3), drawn(1, 1, 2, 2, 2)), "1 or 2 spatial axes, not 3"),
        (lambda: conv(drawn(1, 1, 5), drawn(1, 1, 3), padding=1, padding_mode="mean"), "padding_mode 'mean'"),
        (
            lambda: conv(
                drawn(1, 1, 5, 5), drawn(1, 1, 3, 3), padding=1, padding_mode=("zeros", "constant"), padding_value=2.0
            ),
            "one value outside the input",
        ),
        (lambda: conv(drawn(0, 1, 5), drawn(1, 1, 3)), "a tensor is empty"),
        (lambda: conv(drawn(1, 1, 5).long(), drawn(1, 1, 3).long()), "torch.int64, not a real floating one"),
        (lambda: local_conv(drawn(1, 1, 3, 3, 3), drawn(2, 2, 2, 1, 2, 2, 2, 1)), "1 or 2 spatial axes, not 3"),
    ],
)
def test_what_the_kernels_cannot_run_is_said(compute, reason):
    with use_kernel("triton"), pytest.raises(RuntimeError, match=f"'triton' is forced and cannot run: .*{reason}"):
        compute()


@pytest.mark.skipif(DEVICE == "cuda", reason="there the tensors are on a GPU")
def test_without_the_interpreter_a_cpu_is_refused(monkeypatch):
    monkeypatch.delenv("TRITON_INTERPRET")
    with use_kernel("triton"), pytest.raises(RuntimeError, match="input is on cpu, not on a GPU"):
        conv(drawn(1, 1, 5), drawn(1, 1, 3))


def test_the_kernels_compile_for_a_gpu():
    """Down to machine code for compute capability 9.0, which needs no GPU; what the interpreter forgives fails here."""
    code = Path(__file__).with_name("compiling.py")
    environment = {name: value for name, value in os.environ.items() if name != "TRITON_INTERPRET"}
    environment |= {"TRITON_DEFAULT_FP_FUSION": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, code], env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) == 6
