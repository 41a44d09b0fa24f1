"""Every pooling and unpooling under second derivatives and the transforms of torch.func."""

import math

import pytest
import strategies
import torch

import striate.functional as SF

SAMPLES = torch.full((1, 1, 2), 0.3)
POOLINGS = {
    "max": lambda x: SF.max_pool2d(x, 3, 2, "same", 2),
    "min": lambda x: SF.min_pool2d(x, 3, 2, "same", 2),
    "avg": lambda x: SF.avg_pool2d(x, 3, 2, "same", dilation=2),
    "sum": lambda x: SF.sum_pool2d(x, 3, 2, "same"),
    "lp 0.5": lambda x: SF.lp_pool2d(x, 0.5, 3, 2),
    "lp 3": lambda x: SF.lp_pool2d(x, 3, 3, 2, padding="same"),
    "lp inf": lambda x: SF.lp_pool2d(x, math.inf, 3, 2, padding="full"),
    "adaptive max": lambda x: SF.adaptive_max_pool2d(x, 3),
    "adaptive avg": lambda x: SF.adaptive_avg_pool2d(x, 4),
    "adaptive lp": lambda x: SF.adaptive_lp_pool2d(x, 3, 3),
    "fractional": lambda x: SF.fractional_max_pool2d(x, 2, 5, _random_samples=SAMPLES),
    "global lp": lambda x: SF.global_lp_pool(x, 3),
    "blur": lambda x: SF.blur_pool2d(x, 5),
    "max blur": lambda x: SF.max_blur_pool2d(x, 2),
    "polyphase": lambda x: SF.adaptive_polyphase_sampling(x, 2),
    "nearest": lambda x: SF.unpool2d(x, 2),
    "corner": lambda x: SF.unpool2d(x, 3, 2, "corner", padding=1),
    "average": lambda x: SF.unpool2d(x, 3, 2, "average", padding=1),
    "max unpool": lambda x: SF.max_unpool2d(x, torch.arange(64).reshape(8, 8).expand(x.shape), 2),
}
EACH = pytest.mark.parametrize("name", POOLINGS)
INPUT = strategies.numbers((2, 3, 8, 8), 0, torch.float64)


@EACH
def test_second_derivatives(name):
    assert torch.autograd.gradgradcheck(POOLINGS[name], (INPUT.clone().requires_grad_(),), fast_mode=True)


@EACH
@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")  # torch scripts decompositions of its own
def test_forward_mode(name):
    tangent, step = strategies.numbers(INPUT.shape, 1, torch.float64), 1e-6
    _, derivative = torch.func.jvp(POOLINGS[name], (INPUT,), (tangent,))
    difference = POOLINGS[name](INPUT + step * tangent) - POOLINGS[name](INPUT - step * tangent)
    torch.testing.assert_close(derivative, difference / (2 * step), rtol=1e-5, atol=1e-6)


@EACH
@pytest.mark.filterwarnings("ignore:There is a performance drop:UserWarning")  # torch's fractional pooling, batched
def test_mapped_over_a_batch_of_batches(name):
    inputs = strategies.numbers((3, *INPUT.shape), 2, torch.float64)
    expected = torch.stack([POOLINGS[name](input) for input in inputs])
    torch.testing.assert_close(torch.func.vmap(POOLINGS[name])(inputs), expected)


@EACH
def test_functional_gradients(name):
    def energy(input):
        return POOLINGS[name](input).square().sum()

    input = INPUT.clone().requires_grad_()
    (expected,) = torch.autograd.grad(energy(input), input)
    torch.testing.assert_close(torch.func.grad(energy)(INPUT), expected)


@pytest.mark.parametrize("name", ["max", "adaptive avg", "blur", "polyphase", "average"])
def test_compiled_once_for_every_size(name):
    torch.compiler.reset()
    compiled = torch.compile(POOLINGS[name], backend="aot_eager", dynamic=True, fullgraph=True)
    for shape in ((2, 3, 8, 8), (3, 3, 9, 11)):
        input = strategies.numbers(shape, 3, torch.float64)
        torch.testing.assert_close(compiled(input), POOLINGS[name](input))
