import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF


@st.composite
def extensions(draw):
    rank = draw(st.integers(1, 4))
    size, amounts, modes = [], [], []
    for _ in range(rank):
        n = draw(st.integers(1, 6))
        before = draw(st.integers(-n, 14))
        after = draw(st.integers(max(-n, -n - before), 14))
        size.append(n), amounts.append((before, after))
        modes.append(draw(st.sampled_from((*strategies.MODES, "mean"))))
    return tuple(size), tuple(amounts), tuple(modes)


@given(extensions(), st.integers(0, 2), strategies.seeds)
def test_values_and_gradient_are_numpys(drawn, leading, seed):
    size, amounts, modes = drawn
    input = strategies.numbers((2, 3, 2)[:leading] + size, seed, torch.float64).requires_grad_()
    result = SF.pad(input, amounts, modes, 2.5 if "constant" in modes else 0.0)
    numbers = oracles.extended_numbers(size, amounts, modes)
    flat = input.detach().numpy().reshape(-1, int(np.prod(size)))
    expected = flat[:, np.maximum(numbers, 0)]
    for code, value in ((-1, 2.5), (-3, 0.0)):
        expected = np.where(numbers == code, value, expected)
    mean = flat.mean(1).reshape(-1, *(1,) * len(size))
    expected = np.where(numbers == -2, mean, expected).reshape(result.shape)
    np.testing.assert_allclose(result.detach().numpy(), expected, rtol=1e-14, atol=1e-14)
    grad = strategies.whole_numbers(result.shape, seed + 1)
    result.backward(grad)
    spread = np.zeros_like(flat)
    for row, sent in zip(spread, grad.numpy().reshape(len(flat), *numbers.shape), strict=True):
        np.add.at(row, numbers[numbers >= 0], sent[numbers >= 0])
        row[...] += sent[numbers == -2].sum() / row.size
    np.testing.assert_allclose(input.grad.numpy(), spread.reshape(input.shape), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_same_numbers_as_torch_where_torch_has_them(mode, ndim):
    input = strategies.numbers((2, 3, *(5,) * ndim), 0)
    expected = torch.nn.functional.pad(input, [2, 3] * ndim, mode=mode)
    torch.testing.assert_close(SF.pad(input, [(2, 3)] * ndim, mode), expected, rtol=0, atol=0)


def test_an_int_extends_every_spatial_axis():
    input = strategies.numbers((2, 3, 4, 5), 0)
    assert SF.pad(input, 2).shape == (2, 3, 8, 9)
    assert SF.pad(input, (1, 2), "symmetric").shape == (2, 3, 6, 9)


def test_whole_numbers_keep_their_dtype():
    assert SF.pad(torch.arange(3), [(1, 1)], "reflect").tolist() == [1, 0, 1, 2, 1]
    assert SF.pad(torch.arange(3), [(1, 1)], "constant", 7).tolist() == [7, 0, 1, 2, 7]


@pytest.mark.parametrize(
    ("amounts", "mode", "value", "message"),
    [
        ([(1, 1)] * 5, "zeros", 0.0, r"amounts is for 5 axes, but input has 4 dimensions"),
        (1, "mirror", 0.0, "mode must be one of 'zeros', 'constant', 'mean', 'reflect', .* but got 'mirror'"),
        (1, "reflect", 2.0, "value 2.0 needs mode 'constant', but got 'reflect'"),
        ([(0, 0), (-6, 2)], "zeros", 0.0, r"padding \(-6, 2\) crops more than the 5 elements of axis 3"),
        ([(0, 0), (-3, -3)], "circular", 0.0, r"padding \(-3, -3\) crops more than the 5 elements of axis 3"),
        ([(1, 2, 3), 0], "zeros", 0.0, r"amounts must give \(before, after\) for an axis, but got \(1, 2, 3\)"),
    ],
)
def test_wrong_arguments_are_named(amounts, mode, value, message):
    with pytest.raises(ValueError, match=message):
        SF.pad(strategies.numbers((2, 3, 4, 5), 0), amounts, mode, value)


def test_an_empty_axis_has_nothing_to_copy():
    with pytest.raises(ValueError, match="needs a signal with at least 1 element"):
        SF.pad(torch.zeros(1, 1, 0), 1, "symmetric")
