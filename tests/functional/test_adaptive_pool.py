import math

import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF

F = torch.nn.functional


@st.composite
def sizes(draw):
    rank = draw(st.integers(1, 4))
    top = {1: 9, 2: 6, 3: 4, 4: 3}[rank]
    size = draw(st.lists(st.integers(1, top), min_size=rank, max_size=rank))
    if draw(st.booleans()):  # all axes divide
        outputs = [draw(st.sampled_from([d for d in range(1, n + 1) if n % d == 0])) for n in size]
    else:
        outputs = draw(st.lists(st.integers(1, top), min_size=rank, max_size=rank))
    return tuple(size), tuple(outputs)


REDUCTIONS = {
    "max": (SF.adaptive_max_pool, lambda read: read.max(2)),
    "avg": (SF.adaptive_avg_pool, lambda read: read.mean(2)),
    "lp": (lambda x, o: SF.adaptive_lp_pool(x, 3, o), lambda read: (np.abs(read) ** 3).sum(2) ** (1 / 3)),
    "largest": (lambda x, o: SF.adaptive_lp_pool(x, math.inf, o), lambda read: np.abs(read).max(2)),
}


@given(sizes(), strategies.seeds, st.sampled_from(sorted(REDUCTIONS)))
def test_they_equal_the_definition(drawn, seed, name):
    size, outputs = drawn
    pool, reduce = REDUCTIONS[name]
    input = strategies.numbers((2, 2, *size), seed, torch.float64)
    expected = oracles.adaptive_pool(input.numpy(), outputs, reduce)
    np.testing.assert_allclose(pool(input, outputs).numpy(), expected, rtol=1e-12, atol=1e-13)


@given(sizes(), strategies.seeds)
def test_indices_are_the_places_of_the_maxima(drawn, seed):
    size, outputs = drawn
    input = strategies.whole_numbers((2, 2, *size), seed)
    numbered = np.arange(np.prod(size)).reshape(1, 1, *size).repeat(2, 0).repeat(2, 1)
    values, indices = SF.adaptive_max_pool(input, outputs, return_indices=True)
    torch.testing.assert_close(input.flatten(2).gather(2, indices.flatten(2)), values.flatten(2), rtol=0, atol=0)
    ranked = input.numpy() * numbered.size - numbered  # among equals the first is the largest
    first = oracles.adaptive_pool(ranked, outputs, lambda read: read.max(2))
    np.testing.assert_array_equal(indices.numpy(), -first % numbered.size)


@pytest.mark.parametrize("size", [(7,), (6, 8), (4, 5, 6), (3, 3, 4, 4)])
def test_the_last_nan_wins(size):
    input = strategies.whole_numbers((1, 1, *size), 0)
    input.view(-1)[[1, -2]] = torch.nan
    values, indices = SF.adaptive_max_pool(input, (1,) * len(size), True)
    assert values.isnan().all()
    assert indices.item() == input.numel() - 2


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_the_faces_are_torchs(ndim):
    input = strategies.numbers((2, 3, *(10, 7, 5)[:ndim]), 0)
    for size in (3, 5, *([(None, 4, 2)[:ndim]] if ndim > 1 else [])):  # torch takes no None over one axis
        ours = getattr(SF, f"adaptive_max_pool{ndim}d")(input, size, True)
        torchs = getattr(F, f"adaptive_max_pool{ndim}d")(input, size, True)
        torch.testing.assert_close(ours, torchs, rtol=0, atol=0)
        torch.testing.assert_close(
            getattr(SF, f"adaptive_avg_pool{ndim}d")(input, size), getattr(F, f"adaptive_avg_pool{ndim}d")(input, size)
        )
    sample = getattr(SF, f"adaptive_lp_pool{ndim}d")(input[0], 2, 3)
    torch.testing.assert_close(sample, getattr(SF, f"adaptive_lp_pool{ndim}d")(input, 2, 3)[0])


def test_complex_means():
    input = torch.complex(strategies.whole_numbers((2, 3, 8), 0), strategies.whole_numbers((2, 3, 8), 1))
    for outputs in (3, 4):
        means = SF.adaptive_avg_pool(input, outputs)
        torch.testing.assert_close(means.imag, SF.adaptive_avg_pool(input.imag, outputs))
        torch.testing.assert_close(means.real, SF.adaptive_avg_pool(input.real, outputs))


@pytest.mark.parametrize(
    ("shape", "size", "message"),
    [
        ((2, 3, 5, 5), (2, 2, 2), "output_size must be an int or 2 ints, one an axis, but got 3"),
        ((2, 3, 5, 5), 0, "output_size must be at least 1, but got 0"),
        ((2, 3, 0, 5), 2, r"input has no elements to pool: its spatial size is \(0, 5\)"),
        ((3, 5), 2, "input must have 4 dimensions .* or 3 without a batch, but got 2"),
    ],
)
def test_wrong_sizes_are_named(shape, size, message):
    with pytest.raises(ValueError, match=message):
        SF.adaptive_max_pool2d(torch.zeros(shape), size)
