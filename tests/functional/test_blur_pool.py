from math import comb

import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF


@st.composite
def blurs(draw):
    rank = draw(st.integers(1, 3))
    axes = [
        (draw(st.integers(1, 9 if rank < 3 else 5)), draw(st.integers(1, 7)), draw(st.integers(1, 3)))
        for _ in range(rank)
    ]
    modes = [draw(st.sampled_from(strategies.MODES)) for _ in range(rank)]
    return tuple(zip(*axes, strict=True)), tuple("zeros" if mode == "constant" else mode for mode in modes)


@given(blurs(), strategies.seeds)
def test_it_is_a_binomial_convolution_of_each_channel(drawn, seed):
    (size, kernel, stride), modes = drawn
    input = strategies.whole_numbers((2, 3, *size), seed)
    amounts = tuple(((k - 1) // 2, -(-(k - 1) // 2)) for k in kernel)  # Zhang's pad_sizes
    problem = oracles.Problem(2, 3, 3, size, kernel, stride, (1,) * len(size), amounts, groups=3, modes=modes)
    filters = [np.array([comb(k - 1, t) for t in range(k)]) for k in kernel]
    weight = np.ones(())
    for taps in filters:
        weight = np.multiply.outer(weight, taps / taps.sum())
    expected = oracles.convolution(input.numpy(), np.broadcast_to(weight, (3, 1, *kernel)), problem)
    result = SF.blur_pool(input, kernel, stride, padding_mode=modes)
    assert result.shape[2:] == tuple(-(-n // s) for n, s in zip(size, stride, strict=True))
    np.testing.assert_allclose(result.numpy(), expected, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_the_faces_words_and_samples_without_a_batch(ndim):
    blur = getattr(SF, f"blur_pool{ndim}d")
    input = strategies.numbers((2, 3, *(7,) * ndim), 0, torch.float64)
    torch.testing.assert_close(blur(input[0]), blur(input)[0])
    torch.testing.assert_close(blur(input), SF.blur_pool(input, 3, 2))
    same = blur(input, 3, 2, "same", padding_mode="zeros")
    torch.testing.assert_close(same, SF.avg_pool(SF.avg_pool(input, 2, 1, "full"), 2, 2, "valid"))
    assert blur(torch.zeros(0, 3, *(7,) * ndim)).shape == (0, 3, *(4,) * ndim)


def test_a_constant_stays():
    torch.testing.assert_close(SF.blur_pool(torch.full((1, 2, 9, 8), 3.0), 6, 2), torch.full((1, 2, 5, 4), 3.0))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_size": 0}, "kernel_size must be at least 1, but got 0"),
        ({"kernel_size": (3, 3, 3)}, "kernel_size must be an int or 2 ints, one an axis, but got 3"),
        ({"stride": 0}, "stride must be at least 1, but got 0"),
        ({"padding_mode": "mirror"}, "padding_mode must be one of 'zeros', .* but got 'mirror'"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        SF.blur_pool2d(torch.zeros(1, 2, 8, 8), **arguments)


def test_rank_is_named():
    with pytest.raises(ValueError, match="input must have at least 3 dimensions"):
        SF.blur_pool(torch.zeros(3, 8))
