import math

import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF

NORMS = (0.5, 1, 1.5, 2, 3, 4, math.inf)


def norm_of(p):
    def norm(read):
        magnitudes = np.abs(read)
        if p == math.inf:
            return magnitudes.max(2, initial=0)
        return (magnitudes**p).sum(2) ** (1 / p)

    return norm


@given(strategies.poolings(), strategies.seeds, st.sampled_from(NORMS))
def test_lp_pool_equals_the_definition(drawn, seed, p):
    (size, kernel, stride, dilation, amounts), ceil_mode = drawn
    input = strategies.numbers((2, 2, *size), seed, torch.float64)
    outputs = strategies.pooled_size(*drawn[0], ceil_mode)
    expected = oracles.pool(input.numpy(), norm_of(p), size, kernel, stride, dilation, amounts, outputs)
    result = SF.lp_pool(input, p, kernel, stride, ceil_mode, padding=amounts, dilation=dilation)
    np.testing.assert_allclose(result.numpy(), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("p", [1, 1.5, 2, 3, math.inf])
def test_it_is_a_norm(p):
    one, other = strategies.numbers((2, 3, 9), 0, torch.float64), strategies.numbers((2, 3, 9), 1, torch.float64)

    def pool(input):
        return SF.lp_pool(input, p, 3, 2)

    torch.testing.assert_close(pool(-2.5 * one), 2.5 * pool(one))
    assert (pool(one + other) <= pool(one) + pool(other) + 1e-12).all()
    assert (pool(one) > 0).all()


@pytest.mark.parametrize("p", NORMS)
def test_the_gradient_at_zero_is_zero(p):
    input = torch.tensor([[[0.0, 0.0, 0.0, 2.0]]], dtype=torch.float64, requires_grad=True)
    SF.lp_pool(input, p, 2).sum().backward()
    assert input.grad.flatten().tolist() == pytest.approx([0, 0, 0, 1])


def test_signs_count_as_in_no_torch():
    assert SF.lp_pool(torch.tensor([[[-1.0, 2.0, -3.0, 1.0]]]), 1, 2).flatten().tolist() == [3, 4]
    cubes = SF.lp_pool(torch.tensor([[[-3.0, 1.0]]]), 3, 2)
    assert cubes.item() == pytest.approx(28 ** (1 / 3))


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_even_norms_of_whole_windows_are_torchs(ndim):
    ours = {1: SF.lp_pool1d, 2: SF.lp_pool2d, 3: SF.lp_pool3d}[ndim]
    torchs = getattr(torch.nn.functional, f"lp_pool{ndim}d")
    input = strategies.numbers((2, 3, *(8,) * ndim), 0)
    for p in (2, 4):
        torch.testing.assert_close(ours(input, p, 3, 2), torchs(input, float(p), 3, 2))


def test_complex_numbers_have_magnitudes():
    input = torch.complex(torch.tensor([[[3.0, 0.0]]]), torch.tensor([[[4.0, -12.0]]]))
    assert SF.lp_pool(input, 2, 2).item() == pytest.approx(13)


@pytest.mark.parametrize("p", [0, -1, math.nan])
def test_what_is_no_norm_is_refused(p):
    with pytest.raises(ValueError, match=r"norm_type must be above 0 \(inf takes the largest magnitude\), but got"):
        SF.lp_pool(torch.zeros(1, 1, 4), p, 2)


def test_a_word_is_no_norm():
    with pytest.raises(TypeError, match="norm_type must be a number, but got 'max' of type str"):
        SF.lp_pool(torch.zeros(1, 1, 4), "max", 2)
