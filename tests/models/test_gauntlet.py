"""What every registered model owes its users, whatever it is for."""

import copy
import functools
import pickle

import pytest
import torch
from objectives import built, drawn, expected_shape, objective, tensor_of
from torch.nn.utils import parametrize

from striate import models
from striate.models import registry

# Models of more multiply-adds have a small sibling of the same builder; they are tried without memory only.
MOST = 80e6
LISTINGS = models.catalogue()
SMALL = sorted(listing.name for listing in LISTINGS if listing.multiply_adds <= MOST)
EACH = pytest.mark.parametrize("name", models.names())
EACH_SMALL = pytest.mark.parametrize("name", SMALL)


def module_of(name):
    """The file that a model is built in."""
    build = registry._ENTRIES[name].build
    return (build.func if isinstance(build, functools.partial) else build).__module__


def answer(model, input):
    with torch.no_grad():
        torch.manual_seed(4)  # of the masks that pretraining draws
        return tensor_of(copy.deepcopy(model).eval()(input))


@EACH
def test_it_can_be_built_and_run_without_memory(name):
    with torch.device("meta"):
        model, input = models.create(name), models.example(name, 2)
        output = tensor_of(model.eval()(input))
    assert {parameter.device.type for parameter in model.parameters()} == {"meta"}
    shape = expected_shape(name, input, models.keywords(name))
    if name == "unet":  # published without padding
        shape = (2, 2, 388, 388)
    assert shape in {None, tuple(output.shape)}
    assert len(output) == 2


@EACH
def test_it_says_where_it_comes_from(name):
    assert 1962 <= models.year(name) <= 2026
    assert "," in models.paper(name)
    assert models.task(name) in models.TASKS
    assert {*models.TASKS[models.task(name)].keywords} <= {*models.keywords(name)}


@EACH
def test_every_large_model_has_a_small_one(name):
    assert module_of(name) in {module_of(other) for other in SMALL}


@EACH_SMALL
def test_the_output_has_the_shape_of_the_task(name):
    input = drawn(name)
    output = answer(built(name), input)
    assert expected_shape(name, input, models.keywords(name)) in {None, tuple(output.shape)}
    assert output.isfinite().all()


@EACH_SMALL
def test_the_output_depends_on_the_input_which_is_left_alone(name):
    model, input = built(name), drawn(name)
    before = input.clone()
    output = answer(model, input)
    assert not torch.equal(output[0], output[1])
    torch.testing.assert_close(input, before, rtol=0, atol=0)


@EACH_SMALL
def test_a_sample_does_not_depend_on_its_neighbours(name):
    if models.task(name) == "pretraining":
        pytest.skip("draws a mask a batch")
    model, input = built(name).double(), drawn(name)
    input = input.double() if input.is_floating_point() else input
    torch.testing.assert_close(answer(model, input)[1:2], answer(model, input[1:2]))


@EACH_SMALL
def test_every_parameter_gets_a_gradient(name):
    model = built(name)
    objective(name, model, drawn(name)).backward()
    learnt = {key: parameter for key, parameter in model.named_parameters() if parameter.requires_grad}
    silent = [key for key, parameter in learnt.items() if not parameter.grad.abs().sum() > 0]
    assert learnt
    assert silent == []


@EACH_SMALL
def test_a_step_lowers_the_loss(name):
    model, input = built(name), drawn(name)
    before = objective(name, model, input)
    before.backward()
    torch.optim.Adam(model.parameters(), 1e-5).step()
    with torch.no_grad():
        assert objective(name, model, input) < before


@EACH_SMALL
@pytest.mark.parametrize(
    "way", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["copy", "pickle"]
)
def test_a_copy_gives_the_same(name, way):
    model = built(name)
    if way is not copy.deepcopy and any(parametrize.is_parametrized(module) for module in model.modules()):
        pytest.skip("torch pickles no parametrisations")
    torch.testing.assert_close(answer(way(model), drawn(name)), answer(model, drawn(name)), rtol=0, atol=0)


@EACH_SMALL
def test_state_dict_round_trip_is_strict_and_exact(name):
    model, input = built(name), drawn(name)
    torch.manual_seed(7)
    other = models.create(name)
    assert not torch.equal(answer(other, input), answer(model, input))
    other.load_state_dict(model.state_dict(), strict=True)
    torch.testing.assert_close(answer(other, input), answer(model, input), rtol=0, atol=0)


@EACH_SMALL
def test_the_same_seed_gives_the_same_weights(name):
    torch.testing.assert_close(built(name).state_dict(), built(name).state_dict(), rtol=0, atol=0)


@EACH_SMALL
def test_it_can_be_built_for_other_channels_and_classes(name):
    others = {"in_channels": 2, "classes": 7, "latent": 9, "scale": 2, "vocabulary": 30}
    keywords = {key: value for key, value in others.items() if key in models.keywords(name) and name != "lenet5"}
    output = answer(built(name, **keywords), input := drawn(name, **keywords))
    assert expected_shape(name, input, {**models.keywords(name), **keywords}) in {None, tuple(output.shape)}


@pytest.mark.parametrize("name", models.names("classification"))
def test_a_classifier_has_a_recipe(name):
    recipe = models.recipe(name)
    assert min(recipe.epochs, recipe.batch_size, recipe.lr) > 0
    assert recipe.optimizer in ("adamw", "sgd")
