from pathlib import Path

import pytest
import torch
from torch import nn

from striate.models import create, describe


@pytest.mark.parametrize("image_size", [(16, 16), (17, 40), (28, 28), (31, 16)])
@pytest.mark.parametrize("in_channels", [1, 3])
def test_any_image_of_16_pixels_or_more_and_any_number_of_classes(image_size, in_channels):
    torch.manual_seed(0)
    model = create("simple-cnn", in_channels=in_channels, image_size=image_size, classes=7)
    assert model(torch.rand(2, in_channels, *image_size)).shape == (2, 7)


def test_every_convolution_is_normalised_and_only_the_last_layer_is_dense():
    layers = list(create("simple-cnn"))
    convolutions = [at for at, layer in enumerate(layers) if isinstance(layer, nn.Conv2d)]
    assert len(convolutions) == 5
    for at in convolutions:
        norm, relu = [layer for layer in layers[at + 1 : at + 4] if not isinstance(layer, nn.MaxPool2d)][:2]
        assert isinstance(norm, nn.BatchNorm2d)
        assert isinstance(relu, nn.ReLU)
        assert layers[at].bias is None  # the norm has one
    assert [type(layer) for layer in layers if isinstance(layer, nn.Linear)] == [nn.Linear]
    assert isinstance(layers[-1], nn.Linear)


def test_its_parameters_and_multiply_adds_are_those_of_its_page():
    page = (Path(__file__).parents[2] / "docs" / "lineage" / "simple_cnn.md").read_text(encoding="utf-8")
    listing = describe("simple-cnn")
    assert f"{listing.parameters:,} parameters" in page
    assert f"{listing.multiply_adds / 1e6:.1f} million multiply-adds" in page


def test_the_last_maps_of_a_digit_are_4_wide():
    model = create("simple-cnn")
    before_mean = model[: list(dict(model.named_children())).index("mean")]
    assert before_mean(torch.rand(1, 1, 28, 28)).shape[2:] == (4, 4)


def test_activations_are_channels_last_whatever_the_images_are():
    torch.manual_seed(0)
    model = create("simple-cnn")
    c3 = model[: list(dict(model.named_children())).index("c3") + 1]
    assert c3(torch.rand(2, 1, 28, 28)).is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("image_size", [(15, 28), (28, 15)])
def test_a_smaller_image_is_refused(image_size):
    with pytest.raises(ValueError, match=r"image_size of simple-cnn is at least \(16, 16\), but got \(\d+, \d+\)"):
        create("simple-cnn", image_size=image_size)
