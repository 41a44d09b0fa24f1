import numpy as np
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF

F = torch.nn.functional


@given(strategies.poolings(), strategies.seeds)
def test_what_max_pooling_finds_is_put_back(drawn, seed):
    (size, kernel, stride, dilation, amounts), ceil_mode = drawn
    input = strategies.whole_numbers((2, 2, *size), seed)
    window = {"kernel_size": kernel, "stride": stride, "padding": amounts, "dilation": dilation}
    try:
        values, indices = SF.max_pool(input, ceil_mode=ceil_mode, return_indices=True, **window)
    except ValueError:  # a window without a maximum
        return
    result = SF.max_unpool(values, indices, output_size=size, **window)
    expected = np.zeros((4, int(np.prod(size))))
    for row in range(4):
        expected[row, indices.flatten(2).reshape(4, -1)[row]] = values.flatten(2).reshape(4, -1)[row]
    np.testing.assert_array_equal(result.numpy().reshape(4, -1), expected)
    places = result != 0
    assert torch.equal(result[places], input[places])


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_same_numbers_as_torch(ndim):
    input = strategies.numbers((2, 3, *(8, 9, 7)[:ndim]), 0)
    pool, ours, torchs = (
        getattr(F, f"max_pool{ndim}d"),
        getattr(SF, f"max_unpool{ndim}d"),
        getattr(F, f"max_unpool{ndim}d"),
    )
    for kernel, stride, padding in ((2, 2, 0), (3, 2, 1), (3, 3, 1)):
        values, indices = pool(input, kernel, stride, padding, return_indices=True)
        for size in (input.shape[2:], input.shape):
            torch.testing.assert_close(
                ours(values, indices, kernel, stride, padding, size),
                torchs(values, indices, kernel, stride, padding, size),
                rtol=0,
                atol=0,
            )
        torch.testing.assert_close(
            ours(values[0], indices[0], kernel, stride, padding, input.shape[2:])[0],
            ours(values, indices, kernel, stride, padding, input.shape[2:])[0, 0],
            rtol=0,
            atol=0,
        )


@given(st.integers(1, 12), strategies.seeds)
def test_of_several_at_one_place_the_last_stands_and_takes_the_gradient(count, seed):
    generator = torch.Generator().manual_seed(seed)
    indices = torch.randint(0, count, (2, 2, count), generator=generator)
    input = strategies.numbers(indices.shape, seed, torch.float64).requires_grad_()
    result = SF.max_unpool(input, indices, 1)
    expected, owners = np.zeros((2, 2, count)), np.full((2, 2, count), -1)
    for n, c, number in np.ndindex(2, 2, count):
        expected[n, c, indices[n, c, number]] = input[n, c, number].item()
        owners[n, c, indices[n, c, number]] = number
    np.testing.assert_array_equal(result.detach().numpy(), expected)
    assert torch.autograd.gradcheck(lambda x: SF.max_unpool(x, indices, 1), (input,))
    result.sum().backward()
    stands = [[[number in owners[n, c] for number in range(count)] for c in range(2)] for n in range(2)]
    np.testing.assert_array_equal(input.grad.numpy(), stands)


def test_nan_is_put_back_and_does_not_spread():
    values, indices = SF.max_pool(torch.tensor([[[torch.nan, 1, 2, 0]]]), 2, return_indices=True)
    assert SF.max_unpool(values, indices, 2).flatten().isnan().tolist() == [True, False, False, False]


def test_empty_batches():
    assert SF.max_unpool2d(torch.zeros(0, 3, 4, 4), torch.zeros(0, 3, 4, 4, dtype=torch.int64), 2).shape == (0, 3, 8, 8)


@pytest.mark.parametrize(
    ("indices", "arguments", "error", "message"),
    [
        (torch.tensor([[[0, 4]]]), {}, ValueError, "indices must be from 0 to 3, but got 4"),
        (torch.tensor([[[-1, 2]]]), {}, ValueError, "indices must be from 0 to 3, but got -1"),
        (torch.tensor([[[0, 2, 3]]]), {}, ValueError, r"indices must have the input's shape \(1, 1, 2\), but got"),
        (torch.tensor([[[0.0, 2.0]]]), {}, TypeError, "indices must be int64, but got torch.float32; max_pool returns"),
        (
            torch.tensor([[[0, 2]]]),
            {"output_size": (7,)},
            ValueError,
            "output_size must be from 3 to 5 along spatial axis 0, whose input has 2 elements, but got 7",
        ),
    ],
)
def test_wrong_arguments_are_named(indices, arguments, error, message):
    with pytest.raises(error, match=message):
        SF.max_unpool(torch.ones(1, 1, 2), indices, 2, **arguments)
