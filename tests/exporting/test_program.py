import logging
import warnings

import pytest
import torch
from torch import nn

from striate.exporting.program import dynamic_axes, quiet, traced


def test_any_size_where_the_model_takes_any(model):
    program = traced(model, torch.rand(2, 1, 12, 12), dynamic_size=True)
    assert dynamic_axes(program) == {0: "batch", 2: "height", 3: "width"}
    for shape in ((1, 1, 12, 12), (3, 1, 15, 10), (2, 1, 16, 31)):  # odd and even: "same" pads them differently
        input = torch.rand(shape)
        torch.testing.assert_close(program.module()(input), model(input))
    assert dynamic_axes(traced(model, torch.rand(2, 1, 12, 12), dynamic_size=False)) == {0: "batch"}


class Tabled(nn.Module):
    """Adds a table of twelve rows."""

    def __init__(self):
        super().__init__()
        self.register_buffer("rows", torch.rand(12, 1))

    def forward(self, input):
        return input + self.rows


def test_a_size_that_the_weights_decide_stays():
    assert dynamic_axes(traced(Tabled(), torch.rand(2, 1, 12, 9), dynamic_size=True)) == {0: "batch", 3: "width"}


def test_sizes_that_cannot_be_traced_stay(monkeypatch, model):
    def export(model, inputs, *, dynamic_shapes):
        if len(dynamic_shapes[0]) > 1:
            raise NotImplementedError("an inequality that sympy cannot solve")
        return torch.export.export(model, inputs, dynamic_shapes=dynamic_shapes)

    monkeypatch.setattr("striate.exporting.program.export", export)
    assert dynamic_axes(traced(model, torch.rand(2, 1, 12, 12), dynamic_size=True)) == {0: "batch"}


class Branching(nn.Module):
    def forward(self, input):
        return input if input.sum() > 0 else -input


def test_what_cannot_be_traced_is_named():
    with pytest.raises(RuntimeError, match=r"torch\.export cannot trace the model, a Branching: "):
        traced(Branching(), torch.rand(2, 1, 4, 4), dynamic_size=True)


def test_quiet_ends():
    logger = logging.getLogger("torch")
    level = logger.level
    with quiet():
        warnings.warn("not heard", stacklevel=1)
    assert logger.level == level
    with pytest.raises(UserWarning, match="heard"):
        warnings.warn("heard", stacklevel=1)
