import copy
import pickle

import pytest
import torch
from torch import nn

from striate import models
from striate.models import registry
from striate.models.lenet5 import LeNet5
from striate.models.registry import Recipe, register

RECIPE = Recipe(epochs=1, batch_size=2, optimizer="sgd", lr=0.1)


@pytest.fixture(params=models.names())
def name(request):
    return request.param


@pytest.fixture
def model(name):
    torch.manual_seed(0)
    return models.create(name)


@pytest.fixture
def images():
    return torch.rand(5, 1, 28, 28, generator=torch.Generator().manual_seed(1))


def scores(model, images):
    with torch.no_grad():
        return copy.deepcopy(model).eval()(images)


def test_the_models_of_this_package_are_registered():
    assert models.names() == ("lenet5", "lenet5-modern")


def test_scores_have_a_class_axis_and_make_a_probability(model, images):
    result = scores(model, images)
    assert result.shape == (5, 10)
    torch.testing.assert_close(result.softmax(1).sum(1), torch.ones(5))


def test_scores_depend_on_the_image(model, images):
    result = scores(model, images)
    assert not torch.equal(result[0], result[1])


def test_the_image_itself_is_left_alone(model, images):
    before = images.clone()
    scores(model, images)
    torch.testing.assert_close(images, before, rtol=0, atol=0)


def test_every_parameter_gets_a_gradient(model, images):
    labels = torch.tensor([3, 1, 4, 1, 5])
    loss = model.loss if hasattr(model, "loss") else nn.functional.cross_entropy
    loss(model(images), labels).backward()
    silent = [name for name, parameter in model.named_parameters() if not parameter.grad.abs().sum() > 0]
    assert silent == []


def test_a_small_step_against_the_gradient_lowers_the_loss(model, images):
    labels = torch.tensor([3, 1, 4, 1, 5])
    loss = model.loss if hasattr(model, "loss") else nn.functional.cross_entropy
    before = loss(model(images), labels)
    before.backward()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.sub_(1e-4 * parameter.grad)
        assert loss(model(images), labels) < before


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_gives_the_same_scores(model, images, copied):
    torch.testing.assert_close(scores(copied(model), images), scores(model, images), rtol=0, atol=0)


def test_state_dict_round_trip_is_strict_and_exact(name, model, images):
    torch.manual_seed(2)
    other = models.create(name)
    assert not torch.equal(scores(other, images), scores(model, images))
    other.load_state_dict(model.state_dict(), strict=True)
    torch.testing.assert_close(scores(other, images), scores(model, images), rtol=0, atol=0)


def test_the_same_seed_gives_the_same_weights(name, model, images):
    torch.manual_seed(0)
    torch.testing.assert_close(scores(models.create(name), images), scores(model, images), rtol=0, atol=0)


def test_a_model_can_be_built_without_memory(name):
    with torch.device("meta"):
        model = models.create(name)
        assert model(torch.rand(2, 1, 28, 28)).shape == (2, 10)
    assert {parameter.device.type for parameter in model.parameters()} == {"meta"}


def test_recipe_and_paper(name):
    recipe = models.recipe(name)
    assert recipe.epochs > 0
    assert recipe.batch_size > 0
    assert recipe.lr > 0
    assert recipe.optimizer in ("adamw", "sgd")
    assert "1998" in models.paper(name)


def test_one_number_stands_for_both_sides_of_an_image():
    square = models.create("lenet5-modern", image_size=20)
    assert square(torch.rand(2, 1, 20, 20)).shape == (2, 10)


def test_a_function_can_be_registered(monkeypatch):
    monkeypatch.setattr(registry, "_ENTRIES", dict(registry._ENTRIES))

    @register("linear", paper="Fisher, 1936", recipe=RECIPE)
    def linear(*, in_channels, image_size, classes):
        return nn.Sequential(nn.Flatten(), nn.Linear(in_channels * image_size[0] * image_size[1], classes))

    assert models.names() == ("lenet5", "lenet5-modern", "linear")
    assert models.recipe("linear") is RECIPE
    assert models.paper("linear") == "Fisher, 1936"
    assert models.create("linear", in_channels=3, image_size=(2, 5), classes=4)(torch.rand(7, 3, 2, 5)).shape == (7, 4)


def test_a_name_is_registered_once():
    with pytest.raises(ValueError, match="model 'lenet5' is already registered; register the new one under another"):
        register("lenet5", paper="none", recipe=RECIPE)(nn.Linear)
    assert isinstance(models.create("lenet5"), LeNet5)


@pytest.mark.parametrize("ask", [models.create, models.recipe, models.paper])
def test_an_unknown_name_is_refused_with_the_known_ones(ask):
    with pytest.raises(ValueError, match="model must be one of 'lenet5', 'lenet5-modern', but got 'lenet6'"):
        ask("lenet6")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"in_channels": 0}, "in_channels must be at least 1, but got 0"),
        ({"classes": 1}, "classes must be at least 2, but got 1"),
        ({"image_size": (28, 0)}, "image_size must be at least 1, but got 0"),
        ({"image_size": (1, 28, 28)}, "image_size must be an int or 2 ints, one an axis, but got 3"),
    ],
)
def test_what_no_model_can_be_built_for_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        models.create("lenet5-modern", **arguments)


def test_a_size_that_is_no_int_is_refused():
    with pytest.raises(TypeError, match=r"image_size must be an int, but got 28.0 of type float"):
        models.create("lenet5-modern", image_size=28.0)
