import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF
from striate.arithmetic import Window

F = torch.nn.functional


@st.composite
def poolings(draw):
    """Sizes, window and padding of a pooling of 1 to 4 axes; every window reads at least one element."""
    axes = []
    for _ in range(draw(st.integers(1, 4))):
        kernel, stride, dilation = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 2))
        size = draw(st.integers(1, 6))
        reach = dilation * (kernel - 1) + 1
        before = draw(st.integers(-1 if size > 2 else 0, reach - 1))
        after = draw(
            st.integers(max(-1 if size > 2 else 0, reach - size - before), max(reach - 1, reach - size - before))
        )
        axes.append((size, kernel, stride, dilation, (before, after)))
    return tuple(zip(*axes, strict=True)), draw(st.booleans())


def outputs_of(drawn):
    (size, kernel, stride, dilation, amounts), ceil_mode = drawn
    return tuple(
        Window(k, s, d, *pair).output_size(n, ceil_mode=ceil_mode)
        for n, k, s, d, pair in zip(size, kernel, stride, dilation, amounts, strict=True)
    )


@given(poolings(), strategies.seeds, st.booleans())
def test_max_pool_equals_the_definition(drawn, seed, with_nan):
    (size, kernel, stride, dilation, amounts), ceil_mode = drawn
    input = strategies.whole_numbers((2, 2, *size), seed)
    if with_nan:
        input[torch.rand(input.shape, generator=torch.Generator().manual_seed(seed)) < 0.2] = torch.nan
    input.requires_grad_()
    outputs = outputs_of(drawn)
    try:
        expected, places = oracles.max_pool(input.detach().numpy(), size, kernel, stride, dilation, amounts, outputs)
    except TypeError:  # a dilated window that straddles the input has no maximum
        with pytest.raises(ValueError, match="max pooling has no value where a window lies in the padding"):
            SF.max_pool(input, kernel, stride, amounts, dilation, ceil_mode)
        return
    values, indices = SF.max_pool(input, kernel, stride, amounts, dilation, ceil_mode, True)
    np.testing.assert_array_equal(values.detach().numpy(), expected)
    np.testing.assert_array_equal(indices.numpy(), places)
    without = SF.max_pool(input, kernel, stride, amounts, dilation, ceil_mode)
    np.testing.assert_array_equal(without.detach().numpy(), expected)
    grad = strategies.whole_numbers(values.shape, seed + 1)
    without.backward(grad)
    spread = np.zeros((4, int(np.prod(size))))
    for row, (to, sent) in enumerate(zip(places.reshape(4, -1), grad.numpy().reshape(4, -1), strict=True)):
        np.add.at(spread[row], to, sent)
    np.testing.assert_array_equal(input.grad.numpy().reshape(4, -1), spread)


@given(poolings(), strategies.seeds, st.booleans())
def test_avg_pool_equals_the_definition(drawn, seed, count_include_pad):
    (size, kernel, stride, dilation, amounts), ceil_mode = drawn
    input = strategies.whole_numbers((2, 2, *size), seed).requires_grad_()
    outputs = outputs_of(drawn)
    arguments = (size, kernel, stride, dilation, amounts, outputs, count_include_pad)
    expected = oracles.avg_pool(input.detach().numpy(), *arguments)
    result = SF.avg_pool(input, kernel, stride, amounts, ceil_mode, count_include_pad, dilation=dilation)
    np.testing.assert_allclose(result.detach().numpy(), expected, rtol=1e-14, atol=1e-14)
    grad = strategies.whole_numbers(result.shape, seed + 1)
    result.backward(grad)
    probe = strategies.whole_numbers(input.shape, seed + 2)  # <pool(p), g> == <p, gradient>
    pooled = oracles.avg_pool(probe.numpy(), *arguments)
    np.testing.assert_allclose((pooled * grad.numpy()).sum(), (probe * input.grad).sum().item(), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize("ceil_mode", [False, True])
def test_same_numbers_as_torch(ndim, ceil_mode):
    input = strategies.numbers((2, 3, *(9,) * ndim), 0)
    torch_max = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}[ndim]
    our_max = {1: SF.max_pool1d, 2: SF.max_pool2d, 3: SF.max_pool3d}[ndim]
    expected = torch_max(input, 3, 2, 1, 2, ceil_mode, True)
    for ours, torchs in zip(our_max(input, 3, 2, 1, 2, ceil_mode, True), expected, strict=True):
        torch.testing.assert_close(ours, torchs, rtol=0, atol=0)
    torch_avg = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}[ndim]
    our_avg = {1: SF.avg_pool1d, 2: SF.avg_pool2d, 3: SF.avg_pool3d}[ndim]
    torch.testing.assert_close(our_avg(input, 3, 2, 1, ceil_mode), torch_avg(input, 3, 2, 1, ceil_mode), rtol=0, atol=0)


def test_words():
    ramp = torch.arange(7.0).reshape(1, 1, 7)
    assert SF.max_pool(ramp, 3, 2, "same").flatten().tolist() == [1, 3, 5, 6]
    assert SF.avg_pool(ramp, 2, 2, "same", count_include_pad=False).flatten().tolist() == [0.5, 2.5, 4.5, 6]
    assert SF.avg_pool(ramp, 2, 2, "same_lower", count_include_pad=False).flatten().tolist() == [0, 1.5, 3.5, 5.5]
    assert SF.max_pool(ramp, 3, 1, "causal").flatten().tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_overhang_is_not_counted():
    assert SF.avg_pool(torch.arange(1.0, 6).reshape(1, 1, 5), 2, ceil_mode=True).flatten().tolist() == [1.5, 3.5, 5]
    padded = SF.avg_pool(torch.arange(6.0).reshape(1, 1, 6), 3, 2, ((1, 1),), True, dilation=1)
    assert padded.flatten().tolist() == pytest.approx([1 / 3, 2, 4, 2.5])


def test_ties_nan_and_minus_infinity_fall_as_in_torch():
    nan, inf = float("nan"), float("inf")
    rows = torch.tensor([[nan, 1, nan, 4], [2, 2, 2, 1], [-inf, -inf, -inf, -inf]]).reshape(1, 3, 4)
    for padding in (0, ((0, 0),), ((1, 0),)):  # torch's operators, and our passes over the axes
        values, indices = SF.max_pool1d(rows, 4, 4, padding, 1, True, True)
        last = values.shape[2] - 1
        if padding == ((1, 0),):
            assert indices[0, :, 0].tolist() == [2, 0, 0]
            continue
        assert indices[0, :, last].tolist() == [2, 0, 0]
        assert values[0, 0, 0].isnan()
        assert values[0, 2, 0] == -inf


def test_a_window_in_the_padding_averages_to_zero_and_has_no_maximum():
    input = strategies.numbers((1, 1, 3), 0)
    assert SF.avg_pool(input, 2, 2, ((2, 0),), count_include_pad=False)[0, 0, 0] == 0
    with pytest.raises(
        ValueError, match=r"output 0 of spatial axis 0 .* reads none of its 3 elements; use less padding"
    ):
        SF.max_pool(input, 2, 2, ((2, 0),))


def test_divisor_override():
    input = strategies.whole_numbers((1, 2, 6), 0)
    total = SF.avg_pool(input, 2, divisor_override=1)
    torch.testing.assert_close(total, input[..., ::2] + input[..., 1::2])
    image = strategies.whole_numbers((1, 2, 6, 6), 0)
    torch.testing.assert_close(SF.avg_pool(image, 2, divisor_override=3), F.avg_pool2d(image, 2, divisor_override=3))
    with pytest.raises(ValueError, match="divisor_override must not be 0"):
        SF.avg_pool(input, 2, divisor_override=0)


def test_unbatched_and_empty():
    image = strategies.numbers((3, 6, 6), 0)
    for pool in (SF.max_pool2d, SF.avg_pool2d):
        for padding in (0, ((1, 0), (0, 1))):
            torch.testing.assert_close(pool(image, 2, 2, padding), pool(image[None], 2, 2, padding)[0], rtol=0, atol=0)
        assert pool(torch.zeros(0, 3, 6, 6), 2, 2, ((1, 0), (0, 1))).shape == (0, 3, 3, 3)
    values, indices = SF.max_pool2d(image, 2, 2, ((1, 0), (0, 1)), 1, False, True)
    assert values.shape == indices.shape == (3, 3, 3)


def test_global_pools():
    input = strategies.numbers((2, 3, 4, 5, 6), 0)
    torch.testing.assert_close(SF.global_max_pool(input), input.amax((2, 3, 4), keepdim=True))
    torch.testing.assert_close(SF.global_avg_pool(input, keepdim=False), input.mean((2, 3, 4)))
    assert SF.global_max_pool(input).shape == (2, 3, 1, 1, 1)
    for pool in (SF.global_max_pool, SF.global_avg_pool):
        with pytest.raises(ValueError, match=r"input must have at least 3 dimensions \(N, C, \*S\), but got \(2, 3\)"):
            pool(torch.zeros(2, 3))


@pytest.mark.parametrize("pool", [SF.max_pool2d, SF.avg_pool2d])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_size": 0}, "kernel_size must be at least 1, but got 0"),
        ({"kernel_size": (2, 2, 2)}, "input must have 5 dimensions .* or 4 without a batch|kernel_size must be"),
        ({"kernel_size": 2, "stride": 0}, "stride must be at least 1, but got 0"),
        ({"kernel_size": 9}, "kernel size 9 is larger than the padded input size 8"),
        ({"kernel_size": 2, "padding": "some"}, "padding must be one of 'valid', .* but got 'some'"),
        ({"kernel_size": 2, "dilation": (1, 2, 3)}, "dilation must be an int or 2 ints, one an axis, but got 3"),
    ],
)
def test_wrong_arguments_are_named(pool, arguments, message):
    with pytest.raises(ValueError, match=message):
        pool(strategies.numbers((3, 8, 8), 0), **arguments)


def test_rank_is_named():
    with pytest.raises(ValueError, match=r"input must have 4 dimensions .* or 3 without a batch, but got 2"):
        SF.max_pool2d(torch.zeros(4, 4), 2)
    with pytest.raises(ValueError, match="input must have at least 3 dimensions"):
        SF.avg_pool(torch.zeros(4, 4), 2)
