import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF


@given(strategies.poolings(), strategies.seeds, st.booleans())
def test_max_pool_equals_the_definition(drawn, seed, with_nan):
    (size, kernel, stride, dilation, amounts), ceil_mode = drawn
    input = strategies.whole_numbers((2, 2, *size), seed)
    if with_nan:
        input[torch.rand(input.shape, generator=torch.Generator().manual_seed(seed)) < 0.2] = torch.nan
    input.requires_grad_()
    outputs = strategies.pooled_size(*drawn[0], ceil_mode)
    try:
        expected, places = oracles.max_pool(input.detach().numpy(), size, kernel, stride, dilation, amounts, outputs)
    except TypeError:  # a dilated window that straddles the input has no maximum
        with pytest.raises(ValueError, match="max pooling has no value where a window lies in the padding"):
            SF.max_pool(input, kernel, stride, amounts, dilation, ceil_mode)
        return
    values, indices = SF.max_pool(input, kernel, stride, amounts, dilation, ceil_mode, True)
    np.testing.assert_array_equal(values.detach().numpy(), expected)
    np.testing.assert_array_equal(indices.numpy(), places)
    without = SF.max_pool(input, kernel, stride, amounts, dilation, ceil_mode)
    np.testing.assert_array_equal(without.detach().numpy(), expected)
    grad = strategies.whole_numbers(values.shape, seed + 1)
    without.backward(grad)
    spread = np.zeros((4, int(np.prod(size))))
    for row, (to, sent) in enumerate(zip(places.reshape(4, -1), grad.numpy().reshape(4, -1), strict=True)):
        np.add.at(spread[row], to, sent)
    np.testing.assert_array_equal(input.grad.numpy().reshape(4, -1), spread)


def test_words():
    ramp = torch.arange(7.0).reshape(1, 1, 7)
    assert SF.max_pool(ramp, 3, 2, "same").flatten().tolist() == [1, 3, 5, 6]
    assert SF.max_pool(ramp, 3, 1, "causal").flatten().tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_ties_nan_and_minus_infinity_fall_as_in_torch():
    nan, inf = float("nan"), float("inf")
    rows = torch.tensor([[nan, 1, nan, 4], [2, 2, 2, 1], [-inf, -inf, -inf, -inf]]).reshape(1, 3, 4)
    for padding in (0, ((0, 0),), ((1, 0),)):  # torch's operators, and our passes over the axes
        values, indices = SF.max_pool1d(rows, 4, 4, padding, 1, True, True)
        last = values.shape[2] - 1
        if padding == ((1, 0),):
            assert indices[0, :, 0].tolist() == [2, 0, 0]
            continue
        assert indices[0, :, last].tolist() == [2, 0, 0]
        assert values[0, 0, 0].isnan()
        assert values[0, 2, 0] == -inf


def test_a_window_in_the_padding_has_no_maximum():
    input = strategies.numbers((1, 1, 3), 0)
    with pytest.raises(
        ValueError, match=r"output 0 of spatial axis 0 .* reads none of its 3 elements; use less padding"
    ):
        SF.max_pool(input, 2, 2, ((2, 0),))
