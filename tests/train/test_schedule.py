from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from samples import BarNet

from striate.train.schedule import build_optimizer, one_cycle
from striate.train.settings import DEFAULT_RECIPE, Settings

SETTINGS = replace(Settings.from_recipe(DEFAULT_RECIPE), lr=0.3, weight_decay=0.25)


def test_one_cycle_rises_a_tenth_of_the_way_and_falls_the_rest():
    rates = [one_cycle(step, 200, 0.5) for step in range(200)]
    assert rates[0] == pytest.approx(0.5 / 25)
    assert rates[20] == max(rates) == 0.5
    assert rates[-1] == pytest.approx(0.5 / 1e4)
    assert rates[:21] == sorted(rates[:21])
    assert rates[20:] == sorted(rates[20:], reverse=True)
    rises = [later - sooner for sooner, later in pairwise(rates[:21])]
    assert rises == pytest.approx([0.5 * 24 / 25 / 20] * 20)  # linear


def test_one_cycle_of_very_few_steps():
    assert one_cycle(0, 1, 0.5) == 0.5
    assert [one_cycle(step, 3, 0.5) for step in range(3)] == pytest.approx([0.5, 0.250025, 0.00005])


@pytest.mark.parametrize(("name", "kind"), [("adamw", torch.optim.AdamW), ("sgd", torch.optim.SGD)])
def test_only_parameters_of_two_axes_and_more_decay(name, kind):
    model = BarNet()
    model[0].weight.requires_grad_(False)
    optimizer = build_optimizer(model, replace(SETTINGS, optimizer=name))
    assert type(optimizer) is kind
    decayed, spared = optimizer.param_groups
    assert (decayed["weight_decay"], spared["weight_decay"]) == (0.25, 0.0)
    assert [tuple(p.shape) for p in decayed["params"]] == [(2, 96)]
    assert [tuple(p.shape) for p in spared["params"]] == [(6,), (6,), (6,), (2,)]
    assert decayed["lr"] == 0.3


def test_sgd_has_nesterov_momentum_only_with_momentum():
    model = BarNet()
    assert build_optimizer(model, replace(SETTINGS, optimizer="sgd")).param_groups[0]["nesterov"]
    assert not build_optimizer(model, replace(SETTINGS, optimizer="sgd", momentum=0.0)).param_groups[0]["nesterov"]


def test_a_model_without_trainable_parameters_is_refused():
    with pytest.raises(ValueError, match="Flatten has no trainable parameter"):
        build_optimizer(torch.nn.Flatten(), SETTINGS)
