from dataclasses import replace

import pytest
import torch

from striate.models import Recipe
from striate.train.settings import DEFAULT_RECIPE, Settings, adapted

RECIPE = Recipe(
    epochs=7,
    batch_size=33,
    optimizer="sgd",
    lr=0.2,
    weight_decay=0.1,
    momentum=0.8,
    label_smoothing=0.05,
    augment="distort",
    ema=0.9,
)


def test_a_recipe_gives_its_values_and_the_machine_the_rest():
    settings = Settings.from_recipe(RECIPE)
    assert {name: getattr(settings, name) for name in vars(RECIPE)} == vars(RECIPE)
    assert (settings.seed, settings.threads) == (0, torch.get_num_threads())


def test_given_values_win_and_none_is_not_given():
    settings = Settings.from_recipe(RECIPE).updated({"epochs": 2, "lr": None, "augment": False, "seed": 9})
    assert (settings.epochs, settings.lr, settings.augment, settings.seed) == (2, 0.2, "none", 9)


def test_augment_true_is_light_as_in_runs_that_knew_no_other():
    settings = Settings.from_recipe(replace(RECIPE, augment=True))
    assert settings.augment == "light"
    assert replace(settings, augment=False).augment == "none"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("augment", "heavy", "augment must be one of 'none', 'light', 'planar', 'distort', but got 'heavy'"),
        ("augment", 1, "augment must be one of 'none', 'light', 'planar', 'distort', but got 1"),
        ("epochs", 0, "epochs must be a whole number of at least 1, not 0"),
        ("epochs", 1.5, "epochs must be a whole number of at least 1, not 1.5"),
        ("batch_size", True, "batch_size must be a whole number of at least 1, not True"),
        ("batch_size", -4, "batch_size must be a whole number of at least 1, not -4"),
        ("seed", -1, "seed must be a whole number of at least 0, not -1"),
        ("threads", 0, "threads must be a whole number of at least 1, not 0"),
        ("optimizer", "adam", "unknown optimizer 'adam'; known are adamw, sgd"),
        ("lr", 0.0, "lr must be a finite number above 0, not 0.0"),
        ("lr", float("nan"), "lr must be a finite number above 0, not nan"),
        ("lr", float("inf"), "lr must be a finite number above 0, not inf"),
        ("weight_decay", -0.1, "weight_decay must be a finite number of at least 0, not -0.1"),
        ("momentum", 1.0, "momentum must be at least 0 and below 1, not 1.0"),
        ("ema", 1.0, "ema must be at least 0 and below 1, not 1.0"),
        ("label_smoothing", -0.1, "label_smoothing must be at least 0 and below 1, not -0.1"),
    ],
)
def test_values_out_of_range_are_named(name, value, message):
    with pytest.raises(ValueError, match=message):
        replace(Settings.from_recipe(DEFAULT_RECIPE), **{name: value})


def test_recipes_are_for_large_sets_and_adapt_to_small_ones():
    assert adapted(RECIPE, 60_000) == RECIPE
    small = adapted(RECIPE, 100)
    assert (small.batch_size, small.epochs) == (8, 40)  # 13 steps an epoch: 520 in all
    assert small.lr == pytest.approx(0.2 * (8 / 33) ** 0.5)
    assert replace(small, epochs=7, batch_size=33, lr=0.2) == RECIPE
    assert adapted(RECIPE, 3).batch_size == 8
