"""The page of regularisation says what is so: its examples run, its names exist, and the models use what it says."""

import doctest
import importlib
import re
import shlex
from pathlib import Path

import pytest
from torch import nn

from striate import models
from striate.models.layer_norm import ChannelLayerNorm
from striate.nn import GlobalResponseNorm, LocalResponseNorm
from striate.train import Settings

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "regularisation.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| ")]
LAYERS = {
    "dropout": nn.Dropout,
    "spatial dropout": nn.Dropout1d,
    "batch normalisation": nn.BatchNorm2d,
    "layer normalisation": ChannelLayerNorm,
    "global response normalisation": GlobalResponseNorm,
    "local response normalisation": LocalResponseNorm,
}
SETTINGS = {
    "augmentation": "augment",
    "label smoothing": "label_smoothing",
    "averaged weights": "ema",
}


def users(what):
    """The models that the row which begins so names as its users."""
    (row,) = [row for row in ROWS if re.match(rf"{what}\b(?! dropout)", row[0])]
    return re.findall("`(.+?)`", row[2])


def test_python_blocks_run():
    text = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    example = doctest.DocTestParser().get_doctest(text, {}, "regularisation.md", None, None)
    assert len(example.examples) > 15
    assert doctest.DocTestRunner().run(example).failed == 0


def test_names_with_dots_exist():
    names = re.findall(r"`((?:torch|striate)\.[\w.]+)`", PAGE)
    assert len(names) > 6
    for name in names:
        module, _, attribute = name.rpartition(".")
        assert hasattr(importlib.import_module(module), attribute), name


@pytest.mark.parametrize("what", LAYERS)
def test_models_have_the_layers(what):
    assert users(what)
    for name in users(what):
        found = {type(module) for module in models.create(name).modules()}
        assert LAYERS[what] in found, name


@pytest.mark.parametrize("what", SETTINGS)
def test_recipes_have_the_settings(what):
    assert users(what)
    for name in users(what):
        value = getattr(models.recipe(name), SETTINGS[what])
        assert value not in {0, "none"}, name


def test_each_recipe_decays_weights():
    recipes = [models.recipe(name) for name in models.names("classification")]
    assert [recipe for recipe in recipes if recipe.weight_decay == 0] == []


def test_the_command_has_settings_that_exist():
    (command,) = re.findall(r"```console\nstriate train (.+)\n```", PAGE)
    name, *options = shlex.split(command)
    given = {
        key.removeprefix("--").replace("-", "_"): value for key, value in zip(options[::2], options[1::2], strict=True)
    }
    settings = Settings.from_recipe(models.recipe(name))
    changed = settings.updated({key: type(getattr(settings, key))(value) for key, value in given.items()})
    assert changed != settings
