import pytest
import strategies
import torch

import striate.functional as SF


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_a_maximum_everywhere_then_a_blur_with_the_stride(ndim):
    input = strategies.numbers((2, 3, *(9, 8, 7)[:ndim]), 0)
    pool, blur = getattr(SF, f"max_blur_pool{ndim}d"), getattr(SF, f"blur_pool{ndim}d")
    maximum = getattr(torch.nn.functional, f"max_pool{ndim}d")
    torch.testing.assert_close(pool(input, 2), blur(maximum(input, 2, 1), 3, 2))
    expected = blur(maximum(input, 3, 1, 1, 2), 5, 3, padding_mode="circular")
    result = pool(input, 3, 3, 1, 2, blur_size=5, padding_mode="circular")
    torch.testing.assert_close(result, expected)
    torch.testing.assert_close(pool(input[0], 2), pool(input, 2)[0])


def test_an_edge_moves_the_output_less():
    """Zhang's figure 1: max pooling of [0, 0, 1, 1, 0, 0, 1, 1] depends on the shift, blurred it hardly does."""
    signal = torch.tensor([[[0.0, 0, 1, 1, 0, 0, 1, 1]]])
    shifted = signal.roll(1, 2)

    def change(pool):
        return (pool(signal).mean() - pool(shifted).mean()).abs().item()

    assert change(lambda x: SF.max_pool(x, 2)) == 0.5
    circular = torch.nn.functional.pad
    assert change(lambda x: SF.max_blur_pool(circular(x, (0, 1), mode="circular"), 2, padding_mode="circular")) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_size": 0}, "kernel_size must be at least 1, but got 0|stride must be at least 1"),
        ({"kernel_size": 2, "blur_size": (3, 3, 3)}, "blur_size must be an int or 2 ints, one an axis, but got 3"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        SF.max_blur_pool2d(torch.zeros(1, 2, 8, 8), **arguments)
