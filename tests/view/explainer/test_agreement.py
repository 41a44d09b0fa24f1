from dataclasses import replace

import pytest
import torch
from torch import nn

from striate.graph import record
from striate.view.explainer.agreement import agrees
from striate.view.explainer.steps import numbers_of, steps_of


def agreement(layer, change, *, seed=0):
    recording = record(layer.eval(), torch.rand(1, 2, 9, 9, generator=torch.Generator().manual_seed(seed)))
    (step,) = steps_of(recording)
    inputs = [numbers_of(recording, index) for index in step.operation.inputs]
    output = numbers_of(recording, step.output)
    arithmetic = change(step.arithmetic)
    return agrees(arithmetic, inputs, output, step.reads, step.divisors)


@pytest.mark.parametrize("layer", [nn.Conv2d(2, 3, 3, padding=1), nn.Linear(9, 4), nn.BatchNorm2d(2)], ids=repr)
def test_a_weight_that_is_off_by_a_thousandth_is_found(layer):
    assert agreement(layer, lambda found: found)
    assert not agreement(layer, lambda found: replace(found, weight=found.weight * 1.001))


def test_another_reduction_or_border_is_found():
    assert not agreement(nn.MaxPool2d(2), lambda found: replace(found, reduction="min"))
    assert not agreement(nn.Conv2d(2, 3, 3, padding=1), lambda found: replace(found, outside=1.0))
