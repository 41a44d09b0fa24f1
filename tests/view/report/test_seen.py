import torch
from pages import read, section
from torch import nn

from striate.view import layer_maps
from striate.view.report.seen import FILTERS, MAPS, seen_section


def strips(root):
    return {strip.attributes["aria-label"]: len(strip.all("img")) for strip in root.all(class_="tiles")}


def test_a_row_for_every_layer_that_has_maps(page, trained):
    maps = layer_maps(trained.model, trained.data.test.images[0])
    expected = {f"Feature maps of {name}": min(MAPS, len(value)) for name, value in maps.items()}
    found = strips(section(page, "What it sees"))
    assert found.pop("Filters of the first convolution") == 16
    assert found == {"Feature maps of input": 1, **expected}


def test_filters_of_three_channels_are_one_picture_each_and_others_one_a_channel():
    coloured = read(seen_section(nn.Conv2d(3, 30, 3), torch.zeros(3, 8, 8).byte()))
    assert strips(coloured)["Filters of the first convolution"] == 30
    grey = read(seen_section(nn.Sequential(nn.Conv2d(1, 2, 1), nn.Conv2d(2, 40, 3)), torch.zeros(1, 8, 8).byte()))
    assert strips(grey)["Filters of the first convolution"] == FILTERS
    assert "64 of 80 filters of 3 x 3" in grey.text


def test_a_model_without_filters_or_maps_is_no_problem():
    root = read(seen_section(nn.Sequential(nn.Flatten(), nn.Linear(64, 2)), torch.zeros(1, 8, 8).byte()))
    assert strips(root) == {"Feature maps of input": 1}
