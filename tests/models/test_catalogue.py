import pytest
import torch
from torch import nn

import striate.nn as snn
from striate import models
from striate.arithmetic import Geometry, convolution_cost
from striate.models.catalogue import catalogue, describe, multiply_adds


@pytest.mark.parametrize("groups", [1, 4])
def test_multiply_adds_are_the_arithmetics(groups):
    layer = snn.Conv2d(8, 12, (3, 5), stride=2, padding="same", groups=groups)
    cost = convolution_cost(8, 12, Geometry.of((3, 5), 2, "same"), (11, 14), groups=groups)
    for device in ("cpu", "meta"):
        assert multiply_adds(layer.to(device), torch.rand(1, 8, 11, 14, device=device)) == cost.forward.multiply_adds


def test_a_linear_layer_costs_its_weights():
    assert multiply_adds(nn.Linear(5, 7), torch.rand(3, 5)) == 3 * 5 * 7


@pytest.mark.parametrize("training", [True, False])
def test_counting_leaves_the_model_as_it_was(training):
    model = nn.Sequential(nn.BatchNorm2d(1), nn.Conv2d(1, 2, 3)).train(training)
    before = model[0].running_mean.clone()
    assert multiply_adds(model, 1 + torch.rand(2, 1, 5, 5)) == 2 * 2 * 9 * 9
    assert model.training is training
    assert torch.equal(model[0].running_mean, before)


def test_a_listing_says_what_is_known_of_a_model():
    listing = describe("unet-mini")
    assert (listing.name, listing.task, listing.year, listing.input) == ("unet-mini", "segmentation", 2015, (1, 28, 28))
    assert listing.paper == models.paper("unet-mini")
    assert listing.parameters == sum(parameter.numel() for parameter in models.create("unet-mini").parameters())


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("lenet5", "striate train lenet5"),
        ("mobilenet-v2", "striate train mobilenet-v2 --data FOLDER --image-size 224"),
        ("vae", "striate train vae"),
        ("fcmae", "striate pretrain fcmae"),
    ],
)
def test_a_listing_says_what_to_type(name, command):
    assert describe(name).command == command


def test_the_catalogue_is_by_task_year_and_size():
    assert [listing.name for listing in catalogue("generation")] == ["vae", "dcgan-mini", "dcgan"]
    assert [listing.name for listing in catalogue("volume")] == ["c3d-mini", "c3d"]


def test_an_unknown_task_is_refused():
    with pytest.raises(ValueError, match="task must be one of 'classification'"):
        catalogue("cooking")
