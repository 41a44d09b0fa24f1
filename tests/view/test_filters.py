import pytest
import torch
from torch import nn

from striate import models
from striate.view import filters


def pictures(figure):
    return [axes.images[0].get_array() for axes in figure.axes]


def test_the_kernels_are_drawn_on_a_scale_that_is_even_around_zero():
    conv = nn.Conv2d(1, 6, (3, 5))
    figure = filters(nn.Sequential(nn.BatchNorm2d(1), conv, nn.Conv2d(6, 4, 3)))
    assert len(figure.axes) == 6
    for drawn, kernel in zip(pictures(figure), conv.weight.detach(), strict=True):
        assert torch.equal(torch.from_numpy(drawn.data), kernel[0])
    low, high = figure.axes[0].images[0].get_clim()
    assert high == -low == pytest.approx(float(conv.weight.detach().abs().max()))
    assert figure.get_suptitle() == f"6 filters of 1, 3 x 5; red above, blue below 0, up to {high:.2g}"


def test_filters_of_three_channels_are_in_colour():
    conv = nn.Conv2d(3, 4, 3)
    drawn = pictures(filters(conv))
    scale = float(conv.weight.detach().abs().max())
    expected = (conv.weight.detach() / scale / 2 + 0.5).permute(0, 2, 3, 1)
    assert torch.allclose(torch.stack([torch.from_numpy(picture.data) for picture in drawn]), expected)
    assert expected.min() >= 0
    assert expected.max() <= 1


def test_every_channel_of_other_filters_is_drawn_apart_up_to_64():
    figure = filters(nn.Conv2d(2, 40, 3))
    assert len(figure.axes) == 64
    assert figure.get_suptitle().startswith("64 of 80 filters of Conv2d, 3 x 3;")


def test_a_filter_of_zeros_can_be_drawn(tmp_path):
    conv = nn.Conv2d(1, 2, 3)
    nn.init.zeros_(conv.weight)
    filters(conv).savefig(tmp_path / "zeros.png")
    assert (tmp_path / "zeros.png").stat().st_size > 0


def test_a_model_without_such_a_convolution_is_refused():
    with pytest.raises(ValueError, match="Sequential has no two-dimensional convolution"):
        filters(nn.Sequential(nn.Conv2d(1, 6, 1), nn.Linear(3, 3), nn.Conv1d(1, 2, 3)))


@pytest.mark.parametrize("name", models.names())
def test_every_registered_model_has_filters(name):
    assert len(filters(models.create(name)).axes) >= 6
