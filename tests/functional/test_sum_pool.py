import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given

import striate.functional as SF


@given(strategies.poolings(), strategies.seeds)
def test_sum_pool_equals_the_definition(drawn, seed):
    (size, kernel, stride, dilation, amounts), ceil_mode = drawn
    input = strategies.whole_numbers((2, 2, *size), seed)
    outputs = strategies.pooled_size(*drawn[0], ceil_mode)
    expected = oracles.pool(input.numpy(), lambda read: read.sum(2), size, kernel, stride, dilation, amounts, outputs)
    for dtype in (torch.float64, torch.float32, torch.int16, torch.complex128):
        result = SF.sum_pool(input.to(dtype), kernel, stride, amounts, dilation, ceil_mode)
        assert result.dtype == dtype
        np.testing.assert_array_equal(result.numpy(), expected)


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_it_is_the_average_times_the_window(ndim):
    pool = {1: SF.sum_pool1d, 2: SF.sum_pool2d, 3: SF.sum_pool3d}[ndim]
    input = strategies.whole_numbers((2, 3, *(9,) * ndim), 0)
    torch.testing.assert_close(pool(input, 3, 2), 3**ndim * SF.avg_pool(input, 3, 2))
