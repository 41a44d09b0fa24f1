import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF


@given(strategies.poolings(), strategies.seeds, st.booleans())
def test_min_pool_equals_the_definition(drawn, seed, with_nan):
    (size, kernel, stride, dilation, amounts), ceil_mode = drawn
    input = strategies.whole_numbers((2, 2, *size), seed)
    if with_nan:
        input[torch.rand(input.shape, generator=torch.Generator().manual_seed(seed)) < 0.2] = torch.nan
    outputs = strategies.pooled_size(*drawn[0], ceil_mode)
    try:
        # The mirror image of the maximum's definition: the first minimum wins, and the last NaN before it.
        expected, places = oracles.max_pool(-input.numpy(), size, kernel, stride, dilation, amounts, outputs)
    except TypeError:
        with pytest.raises(ValueError, match="no value where a window lies in the padding"):
            SF.min_pool(input, kernel, stride, amounts, dilation, ceil_mode)
        return
    values, indices = SF.min_pool(input, kernel, stride, amounts, dilation, ceil_mode, True)
    np.testing.assert_array_equal(values.numpy(), -expected)
    np.testing.assert_array_equal(indices.numpy(), places)
    lowest = oracles.pool(input.numpy(), lambda read: read.min(2), size, kernel, stride, dilation, amounts, outputs)
    np.testing.assert_array_equal(values.numpy(), lowest)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int8, torch.int64])
def test_the_ends_of_integers_are_in_order(dtype):
    info = torch.iinfo(dtype)
    input = torch.tensor([[[info.max, info.min, 0, info.max, 1, 0]]], dtype=dtype)
    values, indices = SF.min_pool(input, 2, 1, return_indices=True)
    assert values.flatten().tolist() == [info.min, info.min, 0, 1, 0]
    assert indices.flatten().tolist() == [1, 1, 2, 4, 5]


def test_the_gradient_goes_to_the_first_minimum():
    input = torch.tensor([[[2.0, 1.0, 1.0, 3.0]]], requires_grad=True)
    SF.min_pool(input, 4).sum().backward()
    assert input.grad.flatten().tolist() == [0, 1, 0, 0]
