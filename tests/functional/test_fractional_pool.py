import math

import numpy as np
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF

F = torch.nn.functional


def starts_of(n, kernel, outputs, u):
    """Graham's pseudorandom sequence, the last window at the end."""
    alpha = (n - kernel) / (outputs - 1) if outputs > 1 else 0
    return [math.floor(alpha * (i + u)) - math.floor(alpha * u) for i in range(outputs - 1)] + [n - kernel]


@st.composite
def problems(draw):
    rank = draw(st.integers(1, 4))
    axes = []
    for _ in range(rank):
        kernel = draw(st.integers(1, 3))
        size = draw(st.integers(kernel, 8 if rank < 3 else 5))
        axes.append((size, kernel, draw(st.integers(1, size - kernel + 1))))
    return tuple(zip(*axes, strict=True))


@given(problems(), strategies.seeds)
def test_it_equals_the_definition(problem, seed):
    size, kernel, outputs = problem
    rank = len(size)
    input = strategies.whole_numbers((2, 2, *size), seed)
    # Multiples of 1/16 and few elements: the sequence is the same in the arithmetic of every precision.
    samples = torch.randint(0, 16, (2, 2, rank), generator=torch.Generator().manual_seed(seed)).double() / 16
    values, indices = SF.fractional_max_pool(input, kernel, outputs, None, True, samples)
    for n in range(2):
        for c in range(2):
            u = samples[n, c].flip(0) if rank == 2 else samples[n, c]
            starts = [starts_of(*axis) for axis in zip(size, kernel, outputs, u.tolist(), strict=True)]
            for position in np.ndindex(*outputs):
                window = [slice(row[p], row[p] + k) for row, p, k in zip(starts, position, kernel, strict=True)]
                read = input[n, c].numpy()[tuple(window)]
                place = np.unravel_index(read.argmax(), read.shape)
                place = [w.start + i for w, i in zip(window, place, strict=True)]
                assert values[(n, c, *position)] == read.max()
                assert indices[(n, c, *position)] == np.ravel_multi_index(place, size)


@pytest.mark.parametrize("ndim", [2, 3])
def test_equal_seeds_give_torchs_numbers(ndim):
    input = strategies.numbers((2, 3, *(11, 9, 8)[:ndim]), 0)
    ours, torchs = getattr(SF, f"fractional_max_pool{ndim}d"), getattr(F, f"fractional_max_pool{ndim}d")
    for arguments in ((2, 5), (3, None, (0.5,) * ndim)):
        torch.manual_seed(1)
        values, indices = ours(input, *arguments, return_indices=True)
        torch.manual_seed(1)
        torch.testing.assert_close((values, indices), torchs(input, *arguments, return_indices=True), rtol=0, atol=0)
        torch.manual_seed(1)
        torch.testing.assert_close(ours(input, *arguments), values, rtol=0, atol=0)


def test_one_sample_of_windows_serves_all_planes():
    input = strategies.numbers((2, 3, 20), 0)
    samples = torch.tensor([[[0.4]]])
    together = SF.fractional_max_pool1d(input, 2, 13, _random_samples=samples)
    apart = SF.fractional_max_pool1d(input, 2, 13, _random_samples=samples.expand(2, 3, 1))
    torch.testing.assert_close(together, apart, rtol=0, atol=0)
    torch.testing.assert_close(
        SF.fractional_max_pool1d(input[0], 2, 13, _random_samples=samples), together[0], rtol=0, atol=0
    )


@pytest.mark.parametrize("shape", [(1, 2, 6), (1, 2, 5, 5), (1, 2, 4, 4, 4), (1, 1, 3, 3, 3, 3)])
def test_the_last_nan_wins(shape):
    input = strategies.whole_numbers(shape, 0)
    input[..., 0] = torch.nan
    ndim = len(shape) - 2
    values, indices = SF.fractional_max_pool(input, 2, 1, None, True, torch.zeros(1, 1, ndim))
    assert values.shape == indices.shape == (*shape[:2], *(1,) * ndim)
    moved = input.clone()
    moved[..., -1] = torch.nan
    assert SF.fractional_max_pool(moved, 2, 1, _random_samples=torch.zeros(1, 1, ndim)).isnan().all()


def test_gradients_by_the_samples_windows():
    input = strategies.numbers((1, 2, 3, 3, 3, 3), 0, torch.float64).requires_grad_()
    samples = torch.rand(1, 2, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda x: SF.fractional_max_pool(x, 2, 2, _random_samples=samples), (input,))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "give one of output_size and output_ratio"),
        ({"output_size": 9}, "fractional pooling of 9 elements with kernel size 2 has 1 to 8 outputs"),
        (
            {"output_size": 3, "_random_samples": torch.zeros(2, 3)},
            r"_random_samples must have shape \(N, C, axes\) = \(2, 3, 2\), but got \(2, 3\)",
        ),
        (
            {"output_size": 3, "_random_samples": torch.zeros(2, 3, 1)},
            r"_random_samples must have one number an axis, 2, but got \(2, 3, 1\)",
        ),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        SF.fractional_max_pool2d(torch.zeros(2, 3, 9, 9), 2, **arguments)
