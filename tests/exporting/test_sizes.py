import torch
from torch import nn

from striate.exporting.sizes import drawn_like, other_size


def test_what_is_drawn_stays_in_the_range_of_what_is_known():
    images = drawn_like(torch.tensor([[[[-1.0, 3.0]]]]), 4, (16, 16))
    assert (images.shape, images.min() >= -1, images.max() <= 3) == ((4, 1, 16, 16), True, True)
    assert images.unique().numel() > 500
    words = drawn_like(torch.tensor([[4, 7, 9]]), 5, (40,))
    assert (words.shape, words.unique().tolist()) == ((5, 40), [4, 7, 9])
    codes = drawn_like(torch.randn(2, 10), 3, ())
    assert codes.shape == (3, 10)
    assert torch.equal(codes, drawn_like(torch.randn(2, 10), 3, ())) is False  # of another range
    assert torch.equal(images, drawn_like(torch.tensor([[[[-1.0, 3.0]]]]), 4, (16, 16)))


class Sized(nn.Module):
    """Takes heights that a number divides."""

    def __init__(self, divisor):
        super().__init__()
        self.divisor = divisor

    def forward(self, input):
        if input.shape[2] % self.divisor:
            raise ValueError("refused")
        return input


def test_another_size_is_one_that_the_model_takes():
    input = torch.rand(1, 1, 24, 20)
    assert other_size(Sized(8), input) == (56, 52)
    assert other_size(Sized(10), input) == (40, 36)
    assert other_size(Sized(25), input) is None
    assert other_size(nn.Identity(), torch.rand(1, 1, 8, 1)) is None
    assert other_size(nn.Identity(), torch.rand(2, 9)) is None
