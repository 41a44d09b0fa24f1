from contextlib import nullcontext
from itertools import product

import numpy as np
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate
import striate.functional as SF


def spread(input, size, kernel, stride, dilation, amounts, mode):
    """Each element added to the places of its window that lie in the output and are not cropped."""
    result = np.zeros((*input.shape[:2], *size))
    taps = list(product(*map(range, kernel)))[: 1 if mode == "corner" else None]
    for position in product(*map(range, input.shape[2:])):
        for tap in taps:
            place = [
                p * s - a[0] + t * d for p, s, a, t, d in zip(position, stride, amounts, tap, dilation, strict=True)
            ]
            if all(0 <= i < n + min(a[1], 0) for i, n, a in zip(place, size, amounts, strict=True)):
                result[(slice(None), slice(None), *place)] += input[(slice(None), slice(None), *position)]
    return result / (np.prod(kernel) if mode == "average" else 1)


@given(strategies.poolings(), strategies.seeds, st.sampled_from(("nearest", "corner", "average")), st.booleans())
def test_it_spreads_each_element_over_its_window(drawn, seed, mode, ours):
    (size, kernel, stride, dilation, amounts), ceil_mode = drawn
    outputs = strategies.pooled_size(*drawn[0], ceil_mode)
    input = strategies.whole_numbers((2, 2, *outputs), seed)
    window = {"padding": amounts, "dilation": dilation, "output_size": size}
    with nullcontext() if ours else striate.use_kernel("torch"):
        result = SF.unpool(input, kernel, stride, mode, **window)
    expected = spread(input.numpy(), size, kernel, stride, dilation, amounts, mode)
    np.testing.assert_allclose(result.numpy(), expected, rtol=1e-14, atol=1e-14)


@given(strategies.poolings(), strategies.seeds)
def test_it_is_the_adjoint_of_pooling(drawn, seed):
    (size, kernel, stride, dilation, amounts), ceil_mode = drawn
    input = strategies.whole_numbers((1, 2, *size), seed)
    sums = SF.sum_pool(input, kernel, stride, amounts, dilation, ceil_mode)
    other = strategies.whole_numbers(sums.shape, seed + 1)
    window = {"padding": amounts, "dilation": dilation, "output_size": size}
    assert (sums * other).sum() == (input * SF.unpool(other, kernel, stride, **window)).sum()
    if not ceil_mode:
        means = SF.avg_pool(input, kernel, stride, amounts, dilation=dilation)
        result = SF.unpool(other, kernel, stride, "average", **window)
        torch.testing.assert_close((means * other).sum(), (input * result).sum(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_windows_side_by_side(ndim):
    face = getattr(SF, f"unpool{ndim}d")
    input = strategies.numbers((2, 3, *(2, 3, 4)[:ndim]), 0)
    repeated = input
    for axis in range(2, 2 + ndim):
        repeated = repeated.repeat_interleave(3, axis)
    torch.testing.assert_close(face(input, 3), repeated, rtol=0, atol=0)
    torch.testing.assert_close(face(input, 3, mode="average"), repeated / 3**ndim)
    corners = face(input, 3, mode="corner")
    torch.testing.assert_close(corners[(..., *(slice(None, None, 3),) * ndim)], input, rtol=0, atol=0)
    assert corners.count_nonzero() == input.numel()
    torch.testing.assert_close(face(input[0], 3), face(input, 3)[0], rtol=0, atol=0)
    torch.testing.assert_close(SF.sum_pool(face(input, 3, mode="average"), 3), input)


def test_words_and_sizes():
    input = torch.tensor([[[1.0, 2.0, 3.0]]])
    assert SF.unpool(input, 3, 2, padding="same", output_size=(5,)).flatten().tolist() == [1, 3, 2, 5, 3]
    assert SF.unpool(input, 3, 2, padding="causal").flatten().tolist() == [3, 2, 5, 3, 3]
    assert SF.unpool(input, 2, 3).flatten().tolist() == [1, 1, 0, 2, 2, 0, 3, 3]
    assert SF.unpool(input.int(), 2, output_size=(1, 1, 5)).flatten().tolist() == [1, 1, 2, 2, 3]
    assert SF.unpool(input, 2, padding="same_lower").shape == (1, 1, 6)


def test_gradients():
    input = strategies.numbers((1, 2, 3, 2), 0, torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: SF.unpool(x, 3, 2, "average", padding=1), (input,))
    assert torch.autograd.gradgradcheck(lambda x: SF.unpool(x, 3).square(), (input,))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_size": 2, "mode": "linear"}, "mode must be one of 'nearest', 'corner', 'average', but got 'linear'"),
        ({"kernel_size": 0}, "kernel_size must be at least 1, but got 0"),
        (
            {"kernel_size": 2, "output_size": (8, 11)},
            "output_size must be from 7 to 9 along spatial axis 1, whose input has 4 elements, but got 11",
        ),
        ({"kernel_size": 2, "padding": 9}, r"an input of spatial size .4, 4. unpools to .-10, -10.; use less padding"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        SF.unpool2d(torch.zeros(1, 2, 4, 4), **arguments)
