import pytest
import torch
from samples import BarNet, bars
from torch import nn

from striate import models
from striate.view import feature_maps, layer_maps

IMAGE = bars().test.images[0]


def test_maps_are_what_the_layers_returned_in_order_and_before_anything_in_place():
    model = BarNet()
    maps = layer_maps(model, IMAGE)
    assert list(maps) == ["0", "2", "3"]  # convolution, rectifier, pooling: no norm, no dropout, no rows of numbers
    model.eval()
    with torch.no_grad():
        pixels = IMAGE[None].float() / 255
        convolved = model[0](pixels)
        rectified = model[1](convolved).relu()
        pooled = model[3](rectified)
    assert torch.equal(maps["0"], convolved[0])
    assert torch.equal(maps["2"], rectified[0])
    assert torch.equal(maps["3"], pooled[0])


def test_an_in_place_layer_does_not_change_the_map_before_it():
    conv = nn.Conv2d(1, 4, 3)
    maps = layer_maps(nn.Sequential(conv, nn.ReLU(inplace=True)), IMAGE)
    assert maps["0"].min() < 0 == maps["1"].min()


def test_each_call_of_a_layer_has_maps():
    rectifier = nn.ReLU()
    maps = layer_maps(nn.Sequential(nn.Conv2d(1, 4, 3), rectifier, nn.Conv2d(4, 2, 3), rectifier), IMAGE)
    assert {name: len(value) for name, value in maps.items()} == {"0": 4, "1": 4, "2": 2, "1:2": 2}


def test_signals_are_curves_and_of_volumes_the_middle_slice_is_drawn():
    signal = torch.rand(2, 30)
    row = feature_maps(nn.Conv1d(2, 3, 5), signal).figure.axes[1]
    assert [len(line.get_ydata()) for line in row.lines] == [26] * 3
    picture = feature_maps(nn.Conv3d(1, 3, 2), torch.rand(1, 6, 8, 9))
    drawn = torch.from_numpy(picture.figure.axes[1].images[1].get_array().data)
    assert torch.equal(drawn, picture.array["Conv3d"][1, 2])


def test_the_model_is_left_as_it_was():
    model = BarNet().train()
    model[1].eval()  # a frozen norm stays frozen
    before = {key: value.clone() for key, value in model.state_dict().items()}
    layer_maps(model, IMAGE)
    assert [module.training for module in model] == [True, False, *[True] * 5]
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert not any(module._forward_hooks for module in model.modules())


def test_hooks_are_removed_after_an_error():
    model = BarNet()
    with pytest.raises(RuntimeError):
        layer_maps(model, torch.rand(1, 30, 30))
    assert not any(module._forward_hooks for module in model.modules())


def test_a_row_a_layer_and_a_picture_a_map():
    model = nn.Sequential(nn.Conv2d(1, 20, 3), nn.MaxPool2d(2))
    picture = feature_maps(model, IMAGE)
    figure = picture.figure
    assert {name: tuple(maps.shape) for name, maps in picture.array.items()} == {"0": (20, 10, 10), "1": (20, 5, 5)}
    assert [axes.get_ylabel() for axes in figure.axes] == [
        "input\n1 x 12 x 12",
        "0 Conv2d\n20 x 10 x 10",
        "1 MaxPool2d\n20 x 5 x 5",
    ]
    assert [len(axes.images) for axes in figure.axes] == [1, 16, 16]
    maps = layer_maps(model, IMAGE)["0"]
    for number, picture in enumerate(figure.axes[1].images):
        assert torch.equal(torch.from_numpy(picture.get_array().data), maps[number])
        assert picture.get_clim() == (float(maps.min()), float(maps.max()))  # one scale a row
        assert picture.get_cmap().name == "gray"


def test_a_colour_image_is_shown_in_colour():
    image = bars(channels=3).test.images[0]
    shown = feature_maps(nn.Conv2d(3, 2, 3), image).figure.axes[0].images[0].get_array()
    assert torch.allclose(torch.from_numpy(shown.data), image.permute(1, 2, 0) / 255)


def test_more_than_one_image_and_a_model_without_maps_are_refused():
    with pytest.raises(ValueError, match=r"image has shape \(2, 1, 12, 12\); expected one image"):
        feature_maps(BarNet(), torch.rand(2, 1, 12, 12))
    with pytest.raises(ValueError, match="no layer of Sequential has feature maps"):
        feature_maps(nn.Sequential(nn.Flatten(), nn.Linear(144, 2)), IMAGE)


@pytest.mark.parametrize("name", ["lenet5", "lenet5-modern"])
def test_the_lenets_have_maps_from_c1_to_c5(name):
    image = torch.randint(0, 256, (1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    labels = [axes.get_ylabel().split()[0] for axes in feature_maps(models.create(name), image).figure.axes]
    assert labels[:2] == ["input", "c1"]
    assert {"s2", "c3", "s4", "c5"} <= set(labels)
