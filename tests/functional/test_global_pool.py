import math
from functools import partial

import numpy as np
import pytest
import strategies
import torch

import striate.functional as SF


def test_global_pools():
    input = strategies.numbers((2, 3, 4, 5, 6), 0)
    flat = input.double().flatten(2).numpy()
    lp = {p: (np.abs(flat) ** p).sum(2) ** (1 / p) for p in (0.5, 1, 3)} | {math.inf: np.abs(flat).max(2)}
    expected = {
        SF.global_max_pool: flat.max(2),
        SF.global_avg_pool: flat.mean(2),
        SF.global_min_pool: flat.min(2),
        SF.global_sum_pool: flat.sum(2),
        **{partial(SF.global_lp_pool, norm_type=p): norm for p, norm in lp.items()},
    }
    for pool, values in expected.items():
        assert pool(input).shape == (2, 3, 1, 1, 1)
        np.testing.assert_allclose(pool(input.double(), keepdim=False).numpy(), values, rtol=1e-12)
        with pytest.raises(ValueError, match=r"input must have at least 3 dimensions \(N, C, \*S\), but got \(2, 3\)"):
            pool(torch.zeros(2, 3))


def test_the_gradient_of_a_norm_of_zero_is_zero():
    for p in (0.5, 1, 2, 3, math.inf):
        input = torch.zeros(1, 1, 4, requires_grad=True)
        SF.global_lp_pool(input, p).sum().backward()
        assert input.grad.tolist() == [[[0, 0, 0, 0]]]


def test_a_norm_below_zero_is_none():
    with pytest.raises(ValueError, match=r"norm_type must be above 0 \(inf takes the largest magnitude\), but got -1"):
        SF.global_lp_pool(torch.zeros(1, 1, 4), -1)
