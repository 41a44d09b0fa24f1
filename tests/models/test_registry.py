import pytest
import torch
from torch import nn

from striate import models
from striate.models import registry
from striate.models.lenet5 import LeNet5
from striate.models.registry import Recipe, register

RECIPE = Recipe(epochs=1, batch_size=2, optimizer="sgd", lr=0.1)


@pytest.fixture
def apart(monkeypatch):
    """A registry in which a test may enter what it likes."""
    monkeypatch.setattr(registry, "_ENTRIES", dict(registry._ENTRIES))


def test_the_names_are_sorted_and_go_by_task():
    assert models.names() == tuple(sorted(models.names()))
    assert models.names("super-resolution") == ("espcn", "srcnn")
    assert {name for task in models.TASKS for name in models.names(task)} == set(models.names())


def test_one_number_stands_for_both_sides_of_an_image():
    square = models.create("lenet5-modern", image_size=20)
    assert square(torch.rand(2, 1, 20, 20)).shape == (2, 10)


@pytest.mark.usefixtures("apart")
def test_a_function_can_be_registered():
    @register("linear", paper="Fisher, 1936", year=1936, recipe=RECIPE)
    def linear(*, in_channels, image_size, classes):
        return nn.Sequential(nn.Flatten(), nn.Linear(in_channels * image_size[0] * image_size[1], classes))

    assert "linear" in models.names("classification")
    assert models.recipe("linear") is RECIPE
    assert (models.paper("linear"), models.year("linear"), models.task("linear")) == (
        "Fisher, 1936",
        1936,
        "classification",
    )
    keywords = {"in_channels": 3, "image_size": (2, 5), "classes": 4}
    assert models.create("linear", **keywords)(models.example("linear", 7, **keywords)).shape == (7, 4)
    with pytest.raises(TypeError, match="model 'linear' needs in_channels"):
        models.create("linear")


@pytest.mark.usefixtures("apart")
def test_an_example_of_its_own_comes_first():
    @register("coder", paper="none", year=2000, task="text", example=lambda values, batch: batch * [values["classes"]])
    def coder(*, vocabulary=9, classes=2):
        return nn.Linear(vocabulary, classes)

    assert models.example("coder", 3) == [2, 2, 2]


def test_a_name_is_registered_once():
    with pytest.raises(ValueError, match="model 'lenet5' is already registered; register the new one under another"):
        register("lenet5", paper="none", year=1998, recipe=RECIPE)(LeNet5)
    assert isinstance(models.create("lenet5"), LeNet5)


@pytest.mark.usefixtures("apart")
def test_what_cannot_be_registered():
    with pytest.raises(ValueError, match=r"task must be one of 'classification', .*, but got 'cooking'"):
        register("new", paper="none", year=2000, task="cooking")
    with pytest.raises(ValueError, match="model 'new' is for classification, which is trained: give it a recipe"):
        register("new", paper="none", year=2000)
    with pytest.raises(TypeError, match="model 'new' must take vocabulary, classes by keyword, but not vocabulary"):
        register("new", paper="none", year=2000, task="text")(lambda *, classes: nn.Linear(1, classes))
    assert "new" not in models.names()


@pytest.mark.parametrize(
    "ask", [models.create, models.recipe, models.paper, models.year, models.task, models.example, models.keywords]
)
def test_an_unknown_name_is_refused_with_the_known_ones(ask):
    with pytest.raises(ValueError, match=r"model must be one of 'alexnet', .*, 'wavenet-mini', but got 'lenet6'"):
        ask("lenet6")


def test_an_unknown_task_is_refused():
    with pytest.raises(ValueError, match=r"task must be one of 'classification', .*'pretraining', but got 'cooking'"):
        models.names("cooking")


def test_a_keyword_that_a_model_does_not_take_is_refused_with_those_that_it_takes():
    with pytest.raises(TypeError, match="model 'espcn' takes in_channels, scale, up, but got classes"):
        models.create("espcn", classes=3)


def test_what_is_not_given_is_as_published():
    assert models.keywords("alexnet") == {"in_channels": 3, "image_size": (224, 224), "classes": 1000}
    assert models.example("alexnet").shape == (1, 3, 224, 224)


@pytest.mark.usefixtures("apart")
def test_a_model_for_any_task_may_have_a_recipe():
    for name, recipe in (("trained", RECIPE), ("untrained", None)):

        @register(name, paper="none", year=2000, task="super-resolution", recipe=recipe)
        def build(*, in_channels=1, scale=2):
            return nn.Conv2d(in_channels, in_channels, scale)

    assert models.recipe("trained") is RECIPE
    with pytest.raises(ValueError, match="model 'untrained', for super-resolution, has no recipe for training so far"):
        models.recipe("untrained")


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
