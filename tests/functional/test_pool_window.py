"""What all poolings by a window share: torch's numbers, inputs without a batch, errors."""

import pytest
import strategies
import torch

import striate.functional as SF

F = torch.nn.functional


def lp_pool2d(input, kernel_size, stride=None, padding=0, **more):
    return SF.lp_pool2d(input, 3, kernel_size, stride, padding=padding, **more)


POOLS = [SF.max_pool2d, SF.avg_pool2d, SF.min_pool2d, SF.sum_pool2d, lp_pool2d]


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize("ceil_mode", [False, True])
def test_same_numbers_as_torch(ndim, ceil_mode):
    input = strategies.numbers((2, 3, *(9,) * ndim), 0)
    torch_max = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}[ndim]
    our_max = {1: SF.max_pool1d, 2: SF.max_pool2d, 3: SF.max_pool3d}[ndim]
    expected = torch_max(input, 3, 2, 1, 2, ceil_mode, True)
    for ours, torchs in zip(our_max(input, 3, 2, 1, 2, ceil_mode, True), expected, strict=True):
        torch.testing.assert_close(ours, torchs, rtol=0, atol=0)
    torch_avg = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}[ndim]
    our_avg = {1: SF.avg_pool1d, 2: SF.avg_pool2d, 3: SF.avg_pool3d}[ndim]
    torch.testing.assert_close(our_avg(input, 3, 2, 1, ceil_mode), torch_avg(input, 3, 2, 1, ceil_mode), rtol=0, atol=0)


def test_unbatched_and_empty():
    image = strategies.numbers((3, 6, 6), 0)
    for pool in POOLS:
        for padding in (0, ((1, 0), (0, 1))):
            torch.testing.assert_close(pool(image, 2, 2, padding), pool(image[None], 2, 2, padding)[0], rtol=0, atol=0)
        assert pool(torch.zeros(0, 3, 6, 6), 2, 2, ((1, 0), (0, 1))).shape == (0, 3, 3, 3)
    values, indices = SF.max_pool2d(image, 2, 2, ((1, 0), (0, 1)), 1, False, True)
    assert values.shape == indices.shape == (3, 3, 3)


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_size": 0}, "kernel_size must be at least 1, but got 0"),
        ({"kernel_size": (2, 2, 2)}, "input must have 5 dimensions .* or 4 without a batch|kernel_size must be"),
        ({"kernel_size": 2, "stride": 0}, "stride must be at least 1, but got 0"),
        ({"kernel_size": 9}, "kernel size 9 is larger than the padded input size 8"),
        ({"kernel_size": 2, "padding": "some"}, "padding must be one of 'valid', .* but got 'some'"),
        ({"kernel_size": 2, "dilation": (1, 2, 3)}, "dilation must be an int or 2 ints, one an axis, but got 3"),
    ],
)
def test_wrong_arguments_are_named(pool, arguments, message):
    with pytest.raises(ValueError, match=message):
        pool(strategies.numbers((3, 8, 8), 0), **arguments)


def test_rank_is_named():
    with pytest.raises(ValueError, match=r"input must have 4 dimensions .* or 3 without a batch, but got 2"):
        SF.max_pool2d(torch.zeros(4, 4), 2)
    with pytest.raises(ValueError, match="input must have at least 3 dimensions"):
        SF.avg_pool(torch.zeros(4, 4), 2)
