"""The pooling kernels, at every instruction set of this machine, against the definition.

As for the convolutions: sizes around the vector widths, whole numbers, NaN around every tensor and in fresh memory.
"""

from itertools import product
from math import prod
from pathlib import Path

import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st
from torch.library import opcheck

import striate.functional as SF
import striate.nn as snn
from striate import accelerate, override, use_kernel
from striate.arithmetic import Window
from striate.engine import pooling_kernel
from striate.engine._fakes import is_channels_last
from striate.engine._load import isa_found, ops
from striate.engine.pooling_kernel import PoolingCall

F = torch.nn.functional
ISA_NAMES = ("baseline", "avx2", "avx512")
LEVELS = ISA_NAMES[: ISA_NAMES.index(isa_found()) + 1] if isa_found() in ISA_NAMES else ("baseline",)


@pytest.fixture(autouse=True)
def fresh_memory_is_nan():
    torch.use_deterministic_algorithms(True)
    yield
    torch.use_deterministic_algorithms(False)
    ops().use_isa("")


@st.composite
def poolings(draw):
    """Shape (N, C, *S), the windows and `ceil_mode`."""
    rank = draw(st.integers(1, 3))
    windows, size = [], []
    for axis in range(rank):
        n = draw(st.sampled_from((1, 2, 3, 7, 8, 15, 16, 17, 33)) if axis == rank - 1 else st.integers(1, 6))
        kernel, stride = draw(st.sampled_from((1, 2, 3, 3, 5) if rank < 3 else (1, 2, 3))), draw(st.integers(1, 4))
        dilation = draw(st.sampled_from((1, 1, 2)))
        reach = dilation * (kernel - 1) + 1
        before = draw(st.integers(-1 if n > 2 else 0, reach - 1))
        least = max(-1 if n > 2 else 0, reach - n - before)
        windows.append(Window(kernel, stride, dilation, before, draw(st.integers(least, max(reach - 1, least)))))
        size.append(n)
    channels = draw(st.sampled_from((1, 2, 3, 7, 8, 15, 16, 17, 33, 65)))
    shape = (draw(st.sampled_from((1, 2, 3))), channels, *size)
    ceil_mode = draw(st.booleans())
    outputs = tuple(w.output_size(n, ceil_mode=ceil_mode) for w, n in zip(windows, size, strict=True))
    assume(prod(outputs) * prod(w.kernel for w in windows) * shape[0] * channels <= 30_000)
    return shape, windows, ceil_mode, outputs


def operator_arguments(windows, ceil_mode):
    amounts = [amount for w in windows for amount in (w.before, w.after)]
    return [w.kernel for w in windows], [w.stride for w in windows], amounts, [w.dilation for w in windows], ceil_mode


def oracle_arguments(shape, windows, outputs):
    columns = zip(*((w.kernel, w.stride, w.dilation, (w.before, w.after)) for w in windows), strict=True)
    return (shape[2:], *columns, outputs)


def guarded(tensor):
    """The same tensor with the same strides between two runs of 64 NaN."""
    extent = 1 + sum((n - 1) * s for n, s in zip(tensor.shape, tensor.stride(), strict=True))
    storage = torch.full((extent + 128,), torch.nan, dtype=tensor.dtype)
    return storage.as_strided(tensor.shape, tensor.stride(), 64).copy_(tensor)


def spread(grad, places, shape):
    """Each gradient added at its window's place."""
    result = np.zeros((shape[0] * shape[1], prod(shape[2:])))
    for row, to, sent in zip(result, places.reshape(len(result), -1), grad.reshape(len(result), -1), strict=True):
        np.add.at(row, to, sent)
    return result.reshape(shape)


def spread_to_all(grad, shape, windows, outputs):
    """Each gradient added at every element of its window."""
    result = np.zeros(shape)
    for position in product(*map(range, outputs)):
        taps = [w.taps_inside(n, p) for w, n, p in zip(windows, shape[2:], position, strict=True)]
        for tap in product(*taps):
            place = (p * w.stride - w.before + t * w.dilation for w, p, t in zip(windows, position, tap, strict=True))
            result[(slice(None), slice(None), *place)] += grad[(slice(None), slice(None), *position)]
    return result


dtypes = st.sampled_from((torch.float32, torch.float32, torch.float64))
SETTINGS = strategies.draws(1.5, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


@SETTINGS
@given(poolings(), strategies.layouts, strategies.layouts, strategies.seeds, dtypes, st.booleans())
def test_maximum_is_exact_at_every_level(drawn, layout, layout_of_grad, seed, dtype, with_nan):
    shape, windows, ceil_mode, outputs = drawn
    reached = (
        w.taps_inside(n, o) for w, n, count in zip(windows, shape[2:], outputs, strict=True) for o in range(count)
    )
    assume(all(reached))
    arguments = operator_arguments(windows, ceil_mode)
    input = strategies.whole_numbers(shape, seed, dtype)
    if with_nan:
        input[torch.rand(shape, generator=torch.Generator().manual_seed(seed)) < 0.2] = torch.nan
    values, places = oracles.max_pool(input.numpy(), *oracle_arguments(shape, windows, outputs))
    grad = strategies.whole_numbers(values.shape, seed + 1, dtype)
    expected = spread(grad.numpy(), places, shape)
    input, grad = guarded(strategies.in_layout(input, layout)), guarded(strategies.in_layout(grad, layout_of_grad))
    last = is_channels_last(input)
    for level in LEVELS:
        ops().use_isa(level)
        alone = ops().max_pool(input, *arguments)
        output, record = ops().max_pool_record(input, *arguments)
        indices = ops().max_pool_indices(record, shape, *arguments, last)
        np.testing.assert_array_equal(alone.numpy(), values, level)
        np.testing.assert_array_equal(output.numpy(), values, level)
        np.testing.assert_array_equal(indices.numpy(), places, level)
        result = ops().max_pool_backward(grad, record, shape, *arguments, last)
        np.testing.assert_array_equal(result.numpy(), expected, level)
        assert {is_channels_last(tensor) for tensor in (alone, output, indices, result)} == {last}


@SETTINGS
@given(poolings(), strategies.layouts, strategies.layouts, strategies.seeds, dtypes, st.booleans())
def test_average_is_exact_at_every_level(drawn, layout, layout_of_grad, seed, dtype, count_include_pad):
    shape, windows, ceil_mode, outputs = drawn
    arguments, oracles_own = operator_arguments(windows, ceil_mode), oracle_arguments(shape, windows, outputs)
    input = strategies.whole_numbers(shape, seed, dtype)
    # The quotient of whole numbers is the same rounded once or by way of float64.
    means = oracles.avg_pool(input.double().numpy(), *oracles_own, count_include_pad)
    grad = strategies.whole_numbers(means.shape, seed + 1, dtype)
    quarters = spread_to_all(grad.numpy() / 4, shape, windows, outputs)
    adjoint = (means * grad.double().numpy()).sum()
    plain = input.double()
    input, grad = guarded(strategies.in_layout(input, layout)), guarded(strategies.in_layout(grad, layout_of_grad))
    last = is_channels_last(input)
    for level in LEVELS:
        ops().use_isa(level)
        output = ops().avg_pool(input, *arguments, count_include_pad, 0)
        np.testing.assert_array_equal(output.numpy(), means.astype(output.numpy().dtype), level)
        result = ops().avg_pool_backward(grad, shape, *arguments, count_include_pad, 4, last)
        np.testing.assert_array_equal(result.numpy(), quarters, level)
        result = ops().avg_pool_backward(grad, shape, *arguments, count_include_pad, 0, last)
        # A sum of at most 45 quotients, each below 4, in each of at most `numel` products with numbers below 4.
        bound = 46 * 45 * 16 * torch.finfo(dtype).eps * plain.numel()
        assert abs((plain * result.double()).sum().item() - adjoint) <= bound


def test_more_than_256_taps_and_one_by_one():
    input = strategies.whole_numbers((2, 17, 19, 18), 0, torch.float32).requires_grad_()
    for kernel, padding in (((17, 16), (8, 8)), ((16, 16), (0, 0)), ((1, 1), (0, 0))):
        values, places = F.max_pool2d(input, kernel, (1, 2), padding, return_indices=True)
        arguments = list(kernel), [1, 2], [n for n in padding for _ in range(2)], [1, 1], False
        for level, shaped in product(LEVELS, (input, strategies.in_layout(input, "channels_last"))):
            ops().use_isa(level)
            output, record = ops().max_pool_record(shaped.detach(), *arguments)
            assert record.dtype is (torch.int32 if prod(kernel) > 256 else torch.uint8)
            torch.testing.assert_close(output, values, rtol=0, atol=0, check_stride=False)
            last = is_channels_last(shaped)
            indices = ops().max_pool_indices(record, input.shape, *arguments, last)
            torch.testing.assert_close(indices, places, rtol=0, atol=0, check_stride=False)
            grad = strategies.whole_numbers(values.shape, 1, torch.float32)
            (expected,) = torch.autograd.grad(values, input, grad, retain_graph=True)
            result = ops().max_pool_backward(grad, record, input.shape, *arguments, last)
            torch.testing.assert_close(result, expected, rtol=0, atol=0, check_stride=False)


@pytest.fixture
def threads():
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.mark.parametrize("layout", ["contiguous", "channels_last"])
def test_same_row_same_bits(layout, threads):
    """Whatever else is in the batch, on any number of threads; boxes and blocks of planes are cut differently."""
    window = [3, 3], [2, 1], [1, 1, 0, 2], [1, 2], True
    input = strategies.in_layout(strategies.numbers((64, 5, 61, 53), 0), layout)

    def run(rows, level):
        ops().use_isa(level)
        last = is_channels_last(rows)
        output, record = ops().max_pool_record(rows, *window)
        mean = ops().avg_pool(rows, *window, False, 0)
        return (
            output,
            mean,
            ops().max_pool_backward(mean, record, rows.shape, *window, last),
            ops().avg_pool_backward(output, rows.shape, *window, False, 0, last),
        )

    threads(1)
    expected = run(input, LEVELS[0])
    for level, count, batch in product(LEVELS, (1, 2, 3), (1, 7, 64)):
        threads(count)
        for result, whole in zip(run(input[:batch], level), expected, strict=True):
            assert torch.equal(result, whole[:batch]), (level, count, batch)


def test_the_readme_s_loops_are_the_kernels():
    readme = (Path(__file__).parents[2] / "csrc/pooling/README.md").read_text()
    names = {}
    exec(readme.split("```python\n")[1].split("```")[0], names)
    input = strategies.numbers((2, 3, 7, 9), 0, torch.float64)
    window = [3, 2], [2, 1], [0] * 4, [1, 2], False
    output, record = ops().max_pool_record(input, *window)
    grad = strategies.numbers(output.shape, 1, torch.float64)
    computed = (
        output,
        ops().avg_pool(input, *window, True, 0),
        ops().max_pool_backward(grad, record, input.shape, *window, False),
        ops().avg_pool_backward(grad, input.shape, *window, True, 0, False),
    )
    lines = names["pool"](input.numpy(), grad.numpy(), (3, 2), (2, 1), (1, 2))
    for ours, expected in zip(computed, lines, strict=True):
        np.testing.assert_allclose(ours.numpy(), expected, rtol=1e-14, atol=1e-14)


WINDOW = [3, 2], [2, 1], [1, 0, 2, 1], [1, 2], True


@pytest.mark.parametrize("layout", ["contiguous", "channels_last"])
def test_opcheck(layout):
    input = strategies.in_layout(strategies.numbers((2, 5, 6, 7), 0), layout)
    last = layout == "channels_last"
    output, record = ops().max_pool_record(input, *WINDOW)
    torch.use_deterministic_algorithms(False)
    opcheck(ops().max_pool.default, (input, *WINDOW))
    # The record may have bytes that no plane has; what they hold is left open.
    opcheck(ops().max_pool_record.default, (input, *WINDOW), test_utils=("test_schema", "test_faketensor"))
    opcheck(ops().max_pool_indices.default, (record, input.shape, *WINDOW, last))
    opcheck(ops().max_pool_backward.default, (output, record, input.shape, *WINDOW, last))
    opcheck(ops().avg_pool.default, (input, *WINDOW, False, 0))
    opcheck(ops().avg_pool_backward.default, (output, input.shape, *WINDOW, True, 3, last))


@pytest.mark.parametrize("layout", ["contiguous", "channels_last"])
@pytest.mark.parametrize("check", [torch.autograd.gradcheck, torch.autograd.gradgradcheck])
def test_derivatives(check, layout):
    torch.use_deterministic_algorithms(False)  # the checks fill some of their own tensors later
    input = strategies.in_layout(strategies.numbers((2, 3, 5, 4), 0, torch.float64), layout).requires_grad_()
    for call in (PoolingCall(WINDOW, (), False), PoolingCall(WINDOW, (False, 0), False)):
        pool = pooling_kernel.avg_pool if call.average else lambda x, how: pooling_kernel.max_pool(x, how, False)[0]
        assert check(lambda x, pool=pool, call=call: pool(x, call), input)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: ops().max_pool(x, [2], [2], [2, 0], [1], False), "a window lies wholly in the padding"),
        (lambda x: ops().max_pool(x, [2, 2], [2], [0, 0], [1], False), "input must have 4 axes, but has shape"),
        (lambda x: ops().avg_pool(x.half(), [2], [2], [0, 0], [1], False, True, 0), "input must be float32 or float64"),
        (lambda x: ops().avg_pool(x, [9], [2], [0, 0], [1], False, True, 0), "the kernel spans 9"),
        (
            lambda x: ops().avg_pool_backward(x, (1, 3, 8), [2], [2], [0, 0], [1], False, True, 0, False),
            r"grad_output must have shape \(1, 3, 4\)",
        ),
        (
            lambda x: ops().max_pool_backward(x, x.flatten(), (1, 3, 8), [1], [1], [0, 0], [1], False, False),
            "record must be what max_pool_record returned",
        ),
        (
            lambda x: ops().max_pool_indices(x[0, :, 0].byte(), (1, 3, 8), [1], [1], [0, 0], [1], False, False),
            r"record must have shape \(128\), but has \(3\)",
        ),
    ],
)
def test_errors(call, message):
    with pytest.raises((RuntimeError, ValueError), match=message):
        call(strategies.numbers((1, 3, 8), 0))


def used(output):
    """Whether our kernels made a tensor that wants a gradient."""
    return output.grad_fn.name() in {"_MaxPoolBackward", "_AvgPoolBackward"}


LARGE = (2, 32, 40, 40)


@pytest.mark.parametrize("kind", ["max", "avg"])
def test_every_way_to_pool_reaches_the_kernels(kind):
    input = strategies.numbers(LARGE, 0).requires_grad_()
    ours, face = getattr(SF, f"{kind}_pool2d"), getattr(F, f"{kind}_pool2d")
    layer = torch.nn.Sequential(getattr(torch.nn, f"{kind.title()}Pool2d")(3, 2, 1))
    expected = face(input, 3, 2, 1)
    assert not used(expected)
    accelerated = torch.nn.Sequential(getattr(torch.nn, f"{kind.title()}Pool2d")(3, 2, 1))
    accelerate(accelerated)
    results = [ours(input, 3, 2, 1), getattr(snn, f"{kind.title()}Pool2d")(3, 2, 1)(input), accelerated(input)]
    with override():
        results += [face(input, 3, 2, 1), layer(input), face(input, kernel_size=(3, 3), stride=2, padding=1)]
        if kind == "max":
            results += [torch.max_pool2d(input, 3, 2, 1), F.max_pool2d(input, 3, 2, 1, return_indices=True)[0]]
            results.append(F.max_pool2d_with_indices(input, 3, 2, 1)[0])
    with use_kernel("torch"):
        assert not used(ours(input, 3, 2, 1))
    assert not used(ours(input[:1, :1], 3, 2, 1))
    (gradient,) = torch.autograd.grad(expected.square().sum(), input)
    for result in results:
        assert used(result)
        torch.testing.assert_close(result, expected, rtol=0, atol=0)
        torch.testing.assert_close(torch.autograd.grad(result.square().sum(), input)[0], gradient, rtol=0, atol=0)


def test_override_leaves_to_torch_what_it_refuses():
    input = strategies.numbers(LARGE, 0)
    calls = [
        (lambda: F.max_pool2d(input, 2, padding=2), "pad should be at most half"),
        (lambda: F.avg_pool2d(input, 2, padding=-1), "pad"),
        (lambda: F.max_pool2d(input, (3, 3, 3)), "kernel_size must either be"),
        (lambda: F.max_pool2d(input, 2, padding="same"), "must be tuple of ints"),
    ]
    for call, message in calls:
        for context in (use_kernel("torch"), override()):
            with context, pytest.raises((RuntimeError, TypeError), match=message):
                call()
    with override():
        assert F.max_pool2d(input, [2]).shape == torch.max_pool2d(input, 2, ()).shape == (2, 32, 20, 20)
        assert F.max_pool2d(input[0], 2, 2, 0, 1, True, True)[1].dtype is torch.int64
        assert F.avg_pool1d(input[0], 2, 2).shape == (32, 40, 20)


@pytest.mark.parametrize("layout", ["contiguous", "channels_last"])
def test_indices_and_layouts_are_torchs(layout):
    input = strategies.in_layout(strategies.numbers(LARGE, 0), layout).requires_grad_()
    expected = F.max_pool2d(input, 3, 2, return_indices=True)
    for ours, torchs in zip(SF.max_pool2d(input, 3, 2, return_indices=True), expected, strict=True):
        torch.testing.assert_close(ours, torchs, rtol=0, atol=0)
        assert ours.stride() == torchs.stride()
    assert not SF.max_pool2d(input, 3, 2, return_indices=True)[1].requires_grad


@pytest.mark.parametrize("kind", ["max", "avg"])
def test_compiled_is_eager_with_gradients(kind):
    pool, input = getattr(SF, f"{kind}_pool2d"), strategies.numbers(LARGE, 0).requires_grad_()
    torch.use_deterministic_algorithms(False)
    for padding in (1, ((2, 0), (0, 1))):
        eager = pool(input, 3, 2, padding)
        assert used(eager)
        torch.compiler.reset()
        compiled = torch.compile(lambda x, p=padding: pool(x, 3, 2, p), backend="aot_eager", fullgraph=True)(input)
        torch.testing.assert_close(compiled, eager)
        gradients = (torch.autograd.grad(output.square().sum(), input)[0] for output in (compiled, eager))
        torch.testing.assert_close(*gradients)


def test_transforms_see_torchs_operators():
    input = strategies.numbers(LARGE, 0)
    expected = F.max_pool2d(input, 3, 2)
    torch.testing.assert_close(torch.vmap(lambda x: SF.max_pool2d(x, 3, 2))(input), expected)
    gradient = torch.func.grad(lambda x: SF.avg_pool2d(x, 2).square().sum())(input)
    leaf = input.clone().requires_grad_()
    SF.avg_pool2d(leaf, 2).square().sum().backward()
    torch.testing.assert_close(gradient, leaf.grad)
    with torch.autocast("cpu"):
        torch.testing.assert_close(SF.max_pool2d(input, 3, 2), expected)
