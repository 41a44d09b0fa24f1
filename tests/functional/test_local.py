"""Locally connected convolution against its definition, and every refusal."""

import weakref

import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

import striate.functional as SF
from striate.engine import local

BLOCKS = st.sampled_from((1, 1 << 11, 1 << 30))  # bytes: a position at a time, some, all at once


def weight_shape(problem):
    group_channels = problem.in_channels // problem.groups
    return (*oracles.output_size(problem), problem.out_channels, *problem.kernel, group_channels)


def run(problem, padding, input, weight, bias=None):
    return SF.local_conv(
        input,
        weight,
        bias,
        problem.stride,
        padding,
        problem.dilation,
        problem.groups,
        padding_mode=problem.modes,
        padding_value=problem.value,
    )


@strategies.draws(1.5)
@given(strategies.problems(modes=strategies.MODES), strategies.layouts, strategies.seeds, BLOCKS, st.booleans())
def test_all_directions_equal_the_definition_whatever_the_blocks(drawn, layout, seed, block, shared):
    problem, padding = drawn
    outputs = oracles.output_size(problem)
    input = strategies.whole_numbers(problem.input_shape, seed).requires_grad_()
    weight = strategies.whole_numbers(weight_shape(problem), seed + 1).requires_grad_()
    bias = strategies.whole_numbers((problem.out_channels, *(() if shared else outputs)), seed + 2).requires_grad_()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "BLOCK_BYTES", block)
        result = run(problem, padding, strategies.in_layout(input, layout), weight, bias)
        grad = strategies.whole_numbers(result.shape, seed + 3)
        result.backward(grad)
    arrays = [tensor.detach().numpy() for tensor in (input, weight, bias, grad)]
    added = arrays[2].reshape(-1, *(1,) * len(outputs)) if shared else arrays[2]
    expected = oracles.local_convolution(arrays[0], arrays[1], problem) + added
    np.testing.assert_array_equal(result.detach().numpy(), expected)
    np.testing.assert_array_equal(input.grad.numpy(), oracles.local_backward_data(arrays[3], arrays[1], problem))
    np.testing.assert_array_equal(weight.grad.numpy(), oracles.local_backward_weight(arrays[3], arrays[0], problem))
    np.testing.assert_array_equal(bias.grad.numpy(), arrays[3].sum((0, *range(2, 2 + len(outputs))) if shared else 0))


@strategies.draws(0.5)
@given(strategies.problems(modes=strategies.MODES), strategies.seeds)
def test_what_torch_transforms_is_the_same(drawn, seed):
    problem, padding = drawn
    input = strategies.whole_numbers(problem.input_shape, seed)
    weight = strategies.whole_numbers(weight_shape(problem), seed + 1)
    expected = run(problem, padding, input, weight)
    np.testing.assert_array_equal(torch.vmap(lambda x: run(problem, padding, x, weight))(input[None])[0], expected)

    def squares(x):
        return run(problem, padding, x, weight).square().sum()

    np.testing.assert_array_equal(torch.func.grad(squares)(input), eager_grad(squares)(input))


def eager_grad(function):
    def gradient(input):
        leaf = input.clone().requires_grad_()
        return torch.autograd.grad(function(leaf), leaf)[0]

    return gradient


@strategies.draws(0.5)
@given(strategies.problems(ranks=(1, 2, 4), modes=strategies.MODES), strategies.seeds)
def test_one_kernel_everywhere_is_a_convolution(drawn, seed):
    problem, padding = drawn
    input = strategies.whole_numbers(problem.input_shape, seed)
    kernel = strategies.whole_numbers(problem.weight_shape, seed + 1)
    everywhere = kernel.movedim(1, -1).expand(weight_shape(problem))
    expected = oracles.convolution(input.numpy(), kernel.numpy(), problem)
    np.testing.assert_array_equal(run(problem, padding, input, everywhere), expected)


def test_derivatives_of_second_order():
    input = strategies.numbers((2, 4, 5, 4), 0, torch.float64).requires_grad_()
    weight = strategies.numbers((3, 2, 4, 2, 3, 2), 1, torch.float64).requires_grad_()

    def call(input, weight):
        return SF.local_conv(input, weight, None, (2, 1), ((1, 0), (0, 0)), groups=2, padding_mode="circular")

    assert torch.autograd.gradcheck(call, (input, weight))
    assert torch.autograd.gradgradcheck(call, (input, weight))


@pytest.mark.filterwarnings("ignore:.*torch.jit.script:DeprecationWarning")  # torch's own forward mode
def test_forward_mode_and_autocast_are_torchs():
    input, weight = strategies.numbers((2, 3, 6), 0), strategies.numbers((4, 2, 3, 3), 1)
    _, tangent = torch.func.jvp(lambda x: SF.local_conv(x, weight), (input,), (input,))
    torch.testing.assert_close(tangent, SF.local_conv(input, weight))
    with torch.autocast("cpu"):
        assert SF.local_conv(input, weight).dtype == torch.bfloat16


def test_flip_reverses_each_kernel():
    input, weight = strategies.whole_numbers((1, 2, 6, 5), 0), strategies.whole_numbers((4, 3, 3, 3, 3, 2), 1)
    flipped = torch.from_numpy(np.ascontiguousarray(weight.numpy()[:, :, :, ::-1, ::-1]))
    torch.testing.assert_close(SF.local_conv(input, weight, flip=True), SF.local_conv(input, flipped), rtol=0, atol=0)
    assert not torch.equal(SF.local_conv(input, weight, flip=True), SF.local_conv(input, weight))


@pytest.mark.parametrize("call", [SF.local_conv, SF.local_conv_transpose])
def test_complex_tensors_are_linear_in_their_parts(call):
    a, b = (strategies.whole_numbers((2, 4, 3), seed) for seed in (0, 1))
    c, d = (strategies.whole_numbers((2, 4, 2, 2) if call is SF.local_conv else (3, 4, 2, 2), seed) for seed in (2, 3))
    window = {"groups": 2, "padding": 0}
    output = call(torch.complex(a, b), torch.complex(c, d), **window)
    torch.testing.assert_close(output.real, call(a, c, **window) - call(b, d, **window), rtol=0, atol=0)
    torch.testing.assert_close(output.imag, call(a, d, **window) + call(b, c, **window), rtol=0, atol=0)
    torch.testing.assert_close(call(torch.complex(a, b), c, **window).imag, call(b, c, **window), rtol=0, atol=0)
    leaves = [torch.complex(*parts).requires_grad_() for parts in ((a, b), (c, d))]
    assert torch.autograd.gradcheck(lambda x, w: call(x, w, **window), leaves)


def test_the_memory_format_of_the_input_is_kept():
    image = strategies.numbers((2, 4, 6, 6), 0).contiguous(memory_format=torch.channels_last).requires_grad_()
    output = SF.local_conv(image, strategies.numbers((4, 4, 3, 3, 3, 4), 1))
    assert output.is_contiguous(memory_format=torch.channels_last)
    output.backward(torch.ones_like(output))
    assert image.grad.is_contiguous(memory_format=torch.channels_last)


class Held(TorchDispatchMode):
    """The most bytes that tensors made within held at a time."""

    def __init__(self, *known):
        super().__init__()
        self.now, self.most = 0, 0
        self.sizes = {tensor.untyped_storage()._cdata: 0 for tensor in known}

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):
            storage = tensor.untyped_storage()
            if storage._cdata not in self.sizes:
                self.sizes[storage._cdata] = storage.nbytes()
                self.now += storage.nbytes()
                self.most = max(self.most, self.now)
                weakref.finalize(storage, self.gone, storage._cdata)
        return result

    def gone(self, storage):
        self.now -= self.sizes.pop(storage)


def test_no_copy_of_all_patches_is_held():
    input = strategies.numbers((32, 16, 32, 32), 0).requires_grad_()
    weight = strategies.numbers((30, 30, 16, 3, 3, 16), 1).requires_grad_()
    flat = weight.detach().reshape(900, 16, 144).requires_grad_()
    with Held(input, weight) as ours:
        SF.local_conv(input, weight).sum().backward()
    input.grad = None
    with Held(input, flat) as unfolded:
        torch.einsum("nkp,pok->nop", torch.nn.functional.unfold(input, 3), flat).sum().backward()
    gradients = 4 * (weight.numel() + input.numel())  # asked for, so no extra
    patches = 4 * 32 * 144 * 900
    assert unfolded.most - gradients > patches
    assert ours.most - gradients <= (unfolded.most - gradients) / 3


WEIGHT = torch.zeros(4, 4, 6, 3, 3, 2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weight": torch.zeros(4, 6, 3)}, r"weight must have 4, 6, 8 or more dimensions .*, but got 3: \(4, 6, 3\)"),
        ({"weight": torch.zeros(2, 2)}, "weight must have 4, 6, 8 or more dimensions"),
        ({"input": torch.zeros(6, 6)}, r"input must have 4 dimensions .* or 3 without a batch, but got 2: \(6, 6\)"),
        ({"input": torch.zeros(1, 3, 6, 6)}, r"input must have 2 channels for a weight of \(4, 4, .*, but got 3"),
        ({"input": torch.zeros(1, 6, 6, 2)}, "got 6: .*; the last axis has 2: if input is channels-last, permute it"),
        ({"groups": 4, "input": torch.zeros(1, 8, 6, 6)}, "weight has 6 output channels, which groups 4 does not"),
        (
            {"input": torch.zeros(1, 2, 7, 6)},
            r"kernels for \(5, 4\) positions, as an input of spatial size \(7, 6\) gives, but has them for \(4, 4\)",
        ),
        ({"bias": torch.zeros(4)}, r"bias must have shape \(6,\), or \(6, 4, 4\) for one a position, but got \(4,\)"),
        ({"bias": torch.zeros(6, device="meta")}, "bias is on meta and input on cpu"),
        ({"stride": 0}, "stride must be at least 1, but got 0"),
        ({"padding": "all"}, "padding must be one of 'valid'"),
        ({"padding_mode": "edge"}, "padding_mode must be one of 'zeros'"),
        ({"padding_value": 2.0}, "padding_value 2.0 needs padding_mode 'constant', but got 'zeros'"),
        ({"dilation": 4}, r"kernel size 3 \(extent 9 with dilation 4\) is larger than the padded input size 6"),
    ],
)
def test_what_does_not_fit_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        SF.local_conv(**{"input": torch.zeros(1, 2, 6, 6), "weight": WEIGHT, **changes})


def test_dtypes_must_be_the_same():
    with pytest.raises(TypeError, match=r"input has dtype torch\.float64 and weight torch\.float32"):
        SF.local_conv(torch.zeros(1, 2, 6, 6).double(), WEIGHT)
