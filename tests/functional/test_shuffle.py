import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 3), strategies.seeds)
def test_each_channel_goes_where_the_definition_says(groups, size, ndim, seed):
    x = strategies.numbers((2, groups * size, *(3,) * ndim), seed)
    y = SF.channel_shuffle(x, groups)
    for g in range(groups):
        for i in range(size):
            assert torch.equal(y[:, i * groups + g], x[:, g * size + i])
    assert torch.equal(SF.channel_shuffle(y, size), x)
    assert torch.equal(SF.channel_shuffle(x[0], groups, dim=0), y[0])
    if ndim and x.ndim > 2:
        assert torch.equal(y, torch.channel_shuffle(x, groups))


def test_channels_last_stays():
    x = strategies.numbers((2, 6, 4, 5), 0)
    expected = SF.channel_shuffle(x, 3)
    assert torch.equal(SF.channel_shuffle(x.contiguous(memory_format=torch.channels_last), 3), expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"groups": 0}, "groups must be at least 1, but got 0"),
        ({"groups": 4}, r"input has 6 channels, which groups 4 does not divide: \(1, 6, 5\)"),
        ({"groups": 2, "dim": 3}, r"dim 3 is no axis of an input of 3 dimensions: \(1, 6, 5\)"),
    ],
)
def test_what_cannot_be_shuffled_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        SF.channel_shuffle(torch.zeros(1, 6, 5), **arguments)
