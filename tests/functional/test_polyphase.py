import math
from itertools import product

import numpy as np
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF


@st.composite
def samplings(draw):
    rank = draw(st.integers(1, 3))
    stride = [draw(st.integers(1, 3)) for _ in range(rank)]
    size = [draw(st.integers(1, 9 if rank < 3 else 5)) for _ in range(rank)]
    return tuple(size), tuple(stride), draw(st.sampled_from((1, 2, 3, math.inf)))


@given(samplings(), strategies.seeds)
def test_each_sample_keeps_its_largest_phase(drawn, seed):
    size, stride, p = drawn
    input = strategies.whole_numbers((2, 3, *size), seed)
    result, phase = SF.adaptive_polyphase_sampling(input, stride, p, return_phase=True)
    extended = np.pad(
        input.numpy(), [(0, 0), (0, 0), *((0, -n % s) for n, s in zip(size, stride, strict=True))], "wrap"
    )
    for n in range(2):
        phases = [
            extended[n][(slice(None), *(slice(i, None, s) for i, s in zip(offset, stride, strict=True)))]
            for offset in product(*map(range, stride))
        ]
        norms = [np.linalg.norm(part.ravel(), p) for part in phases]
        assert norms[phase[n]] == pytest.approx(max(norms), rel=1e-12)
        np.testing.assert_array_equal(result[n].numpy(), phases[phase[n]])


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 7), st.integers(0, 7), strategies.seeds)
def test_a_shift_of_the_input_shifts_the_output_as_a_whole(height, width, down, right, seed):
    input = strategies.numbers((1, 2, 2 * height, 3 * width), seed, torch.float64)
    result = SF.adaptive_polyphase_sampling(input, (2, 3))
    shifted = SF.adaptive_polyphase_sampling(input.roll((down, right), (2, 3)), (2, 3))
    shifts = product(range(height), range(width))
    assert any(torch.equal(result.roll(shift, (2, 3)), shifted) for shift in shifts)


def test_plain_subsampling_is_not_equivariant():
    input = strategies.numbers((1, 2, 8), 0)
    plain, shifted = input[..., ::2], input.roll(1, 2)[..., ::2]
    assert not any(torch.equal(plain.roll(shift, 2), shifted) for shift in range(4))


def test_the_first_of_equal_phases_stays():
    assert SF.adaptive_polyphase_sampling(torch.tensor([[[1.0, -1, 2, 2]]]), return_phase=True)[1].tolist() == [0]


def test_a_phase_that_is_given_is_taken():
    input = strategies.numbers((3, 2, 6, 6), 0)
    phase = torch.tensor([3, 0, 1])
    result = SF.adaptive_polyphase_sampling(input, 2, phase=phase)
    expected = torch.stack([input[0, :, 1::2, 1::2], input[1, :, ::2, ::2], input[2, :, ::2, 1::2]])
    torch.testing.assert_close(result, expected, rtol=0, atol=0)
    torch.testing.assert_close(
        SF.adaptive_polyphase_sampling(input[0], (2, 2), phase=phase[:1]), expected[0], rtol=0, atol=0
    )


def test_the_gradient_goes_to_the_phase():
    input = torch.tensor([[[1.0, 5.0, 2.0, 3.0]]], requires_grad=True)
    SF.adaptive_polyphase_sampling(input).sum().backward()
    assert input.grad.flatten().tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"stride": 0}, "stride must be at least 1, but got 0"),
        ({"norm_type": 0}, "norm_type must be above 0"),
        ({"phase": torch.tensor([0, 4])}, "phase must be from 0 to 3, but got 4"),
        ({"phase": torch.tensor([-1, 0])}, "phase must be from 0 to 3, but got -1"),
        ({"phase": torch.tensor([0])}, r"phase must be int64 of shape \(2,\), but got torch.int64 of \(1,\)"),
        ({"padding_mode": "edge"}, "must be one of 'zeros', .* but got 'edge'"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        SF.adaptive_polyphase_sampling(torch.zeros(2, 3, 4, 4), **arguments)
