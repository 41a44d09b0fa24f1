import pytest
import torch
from torch import nn

import striate.nn as snn
from striate import models
from striate.view import filters


def pictures(picture):
    return [axes.images[0].get_array() for axes in picture.figure.axes]


def title(picture):
    return picture.figure.texts[0].get_text()


def test_the_kernels_are_drawn_on_a_scale_that_is_even_around_zero():
    conv = nn.Conv2d(1, 6, (3, 5))
    picture = filters(nn.Sequential(nn.BatchNorm2d(1), conv, nn.Conv2d(6, 4, 3)))
    assert len(picture.figure.axes) == 6
    for drawn, kernel in zip(pictures(picture), conv.weight.detach(), strict=True):
        assert torch.equal(torch.from_numpy(drawn.data), kernel[0])
    low, high = picture.figure.axes[0].images[0].get_clim()
    assert high == -low == pytest.approx(float(conv.weight.detach().abs().max()))
    assert title(picture) == f"6 filters of 1, 3 x 5; red above, blue below 0, up to {high:.2g}"


def test_the_array_is_a_copy_of_all_filters():
    conv = nn.Conv2d(1, 80, 3)
    picture = filters(conv)
    before = conv.weight.detach().clone()
    nn.init.zeros_(conv.weight)
    assert torch.equal(picture.array, before)
    assert len(picture.figure.axes) == 64
    assert title(picture).startswith("64 of 80 filters of Conv2d, 3 x 3;")


def test_filters_of_three_channels_are_in_colour():
    conv = nn.Conv2d(3, 4, 3)
    drawn = pictures(filters(conv))
    scale = float(conv.weight.detach().abs().max())
    expected = (conv.weight.detach() / scale / 2 + 0.5).permute(0, 2, 3, 1)
    assert torch.allclose(torch.stack([torch.from_numpy(picture.data) for picture in drawn]), expected)
    assert expected.min() >= 0
    assert expected.max() <= 1


def test_a_deeper_layer_is_a_grid_of_a_row_a_filter():
    model = nn.Sequential(nn.Conv2d(1, 20, 3), nn.ReLU(), nn.Conv2d(20, 40, 3))
    for layer in ("2", model[2]):
        picture = filters(model, layer)
        assert len(picture.figure.axes) == 8 * 16
        drawn = torch.from_numpy(picture.figure.axes[16 + 3].images[0].get_array().data)
        assert torch.equal(drawn, model[2].weight.detach()[1, 3])
        assert title(picture).startswith("8 of 40 filters of 2, 16 of 20 channels, 3 x 3;")


def test_filters_of_one_and_three_axes_are_curves_and_middle_slices():
    signal = nn.Conv1d(1, 3, 7)
    curves = [axes.lines[0].get_ydata() for axes in filters(signal).figure.axes]
    assert torch.equal(torch.stack([torch.from_numpy(curve) for curve in curves]), signal.weight.detach()[:, 0])
    volume = snn.Conv3d(1, 2, 5)
    for drawn, kernel in zip(pictures(filters(volume)), volume.weight.detach(), strict=True):
        assert torch.equal(torch.from_numpy(drawn.data), kernel[0, 2])


def test_a_filter_of_zeros_can_be_drawn(tmp_path):
    conv = nn.Conv2d(1, 2, 3)
    nn.init.zeros_(conv.weight)
    filters(conv).save(tmp_path / "zeros.png")
    assert (tmp_path / "zeros.png").stat().st_size > 0


def test_what_has_no_filters_is_refused():
    model = nn.Sequential(nn.Conv2d(1, 6, 1), nn.Linear(3, 3))
    with pytest.raises(ValueError, match="Sequential has no convolution whose filters could be drawn"):
        filters(model)
    with pytest.raises(ValueError, match="layer: '1' is a Linear, which has no filters"):
        filters(model, "1")
    with pytest.raises(ValueError, match="layer: the model has no layer 'conv'; it has 0, 1"):
        filters(model, "conv")


@pytest.mark.parametrize("name", models.names())
def test_every_registered_model_has_filters(name):
    assert len(filters(models.create(name)).figure.axes) >= 6
