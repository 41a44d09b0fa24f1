import pytest
import torch

from striate.models import create


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_the_shuffle_is_that_of_equation_4(scale):
    torch.manual_seed(0)
    model, x = create("espcn", in_channels=2, scale=scale), torch.rand(1, 2, 3, 4)
    small, large = model[:-1](x), model(x)
    assert large.shape == (1, 2, 3 * scale, 4 * scale)
    for channel in range(2):
        for row in range(3 * scale):
            for column in range(4 * scale):
                source = channel * scale**2 + scale * (row % scale) + column % scale
                assert large[0, channel, row, column] == small[0, source, row // scale, column // scale]


def test_all_convolutions_are_on_the_small_image():
    model = create("espcn")
    sizes = []
    for layer in (model.extract, model.map, model.subpixels):
        layer.register_forward_hook(lambda _, __, output: sizes.append(tuple(output.shape[1:])))
    model(torch.rand(1, 1, 5, 6))
    assert sizes == [(64, 5, 6), (32, 5, 6), (9, 5, 6)]


def test_a_scale_below_2_is_refused():
    with pytest.raises(ValueError, match="scale must be at least 2, but got 1"):
        create("espcn", scale=1)
