from itertools import pairwise

import pytest
import torch

from striate.models import create


@pytest.fixture(scope="module")
def model():
    with torch.device("meta"):
        return create("c3d")


def test_parameters_are_those_of_figure_3(model):
    widths = (3, 64, 128, 256, 256, 512, 512, 512, 512)
    convolutions = sum(27 * before * after + after for before, after in pairwise(widths))
    dense = 8192 * 4096 + 4096 + 4096 * 4096 + 4096 + 4096 * 487 + 487
    assert sum(parameter.numel() for parameter in model.parameters()) == convolutions + dense == 79_991_015


def test_maps_have_the_papers_sizes(model):
    sizes, x = {}, torch.rand(1, 3, 16, 112, 112, device="meta")
    for name, layer in model.named_children():
        x = layer(x)
        sizes[name] = tuple(x.shape[1:])
    assert sizes["pool1"] == (64, 16, 56, 56)
    assert sizes["pool2"] == (128, 8, 28, 28)
    assert sizes["pool3"] == (256, 4, 14, 14)
    assert sizes["pool4"] == (512, 2, 7, 7)
    assert sizes["flatten"] == (8192,)


@pytest.mark.parametrize("volume_size", [(8, 28, 28), (4, 9, 30)])
def test_other_volumes(volume_size):
    model = create("c3d-mini", volume_size=volume_size, classes=4)
    assert model(torch.rand(2, 1, *volume_size)).shape == (2, 4)


def test_a_volume_that_vanishes_is_refused():
    message = r"volume_size of c3d-mini must .* of \(3, 28, 28\) pool3 gets \(1, 7, 7\); make the volumes larger"
    with pytest.raises(ValueError, match=message):
        create("c3d-mini", volume_size=(3, 28, 28))
