import pytest
import torch
from torch import nn

import striate.nn as snn
from striate import arithmetic, models
from striate.arithmetic import Geometry
from striate.view.field import cut, receptive_field


def test_it_is_that_of_the_arithmetic():
    model = nn.Sequential(
        *(nn.Conv2d(1, 3, (3, 5), padding=(1, 2)), nn.ReLU(), nn.MaxPool2d(3, 2), nn.Conv2d(3, 2, 3, dilation=2))
    )
    geometries = [
        Geometry.of((3, 5), padding=((1, 1), (2, 2))),
        Geometry.of((3, 3), stride=2),
        Geometry.of((3, 3), dilation=2),
    ]
    assert receptive_field(model, "3", (1, 40, 47)) == list(arithmetic.receptive_field(geometries, (40, 47)))


def test_lenet_sees_16_by_16_pixels_at_s4():
    fields = receptive_field(models.create("lenet5-modern"), "s4_relu", (1, 28, 28))
    assert [(field.size, field.jump, field.offset) for field in fields] == [(16, 4, -2)] * 2


@pytest.mark.parametrize("ndim", [1, 3])
def test_signals_and_volumes(ndim):
    model = snn.ConvNd(ndim, 2, 3, 3, stride=2)
    fields = receptive_field(model, None, (2, *[15] * ndim))
    assert [(field.size, field.jump, field.offset) for field in fields] == [(3, 2, 0)] * ndim


def test_what_sees_everything_has_the_image_as_its_field():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(72, 4))
    fields = receptive_field(model, "2", (1, 8, 8))
    assert [(field.size, field.jump, field.offset) for field in fields] == [(8, 0, 0)] * 2


def test_a_window_over_the_border_is_filled_with_zeros():
    image = torch.arange(1.0, 13).reshape(1, 3, 4)
    assert cut(image, [range(-1, 2), range(2, 5)]).tolist() == [[[0, 0, 0], [3, 4, 0], [7, 8, 0]]]
