import time

import pytest
import torch
from pages import section
from torch import nn

from striate.view.report.layers import layer_seconds


class Nap(nn.Module):
    """Does nothing for a time."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds

    def forward(self, images):
        time.sleep(self.seconds)
        return images


def test_each_layer_takes_its_own_time_and_a_shared_one_all_of_its_calls():
    twice = Nap(0.02)
    taken = layer_seconds(nn.Sequential(Nap(0.01), twice, nn.Sequential(nn.Identity()), twice), torch.zeros(1))
    assert list(taken) == ["0", "1", "2.0"]
    assert taken["2.0"] < 0.01 <= taken["0"]
    assert taken["1"] >= 0.04


def test_hooks_are_removed_after_an_error():
    model = nn.Sequential(nn.Linear(3, 2))
    with pytest.raises(RuntimeError):
        layer_seconds(model, torch.zeros(1, 4))
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_every_layer_has_a_row_and_the_shares_are_of_their_sum(page, trained):
    (head, *rows) = section(page, "Time by layer").one("table").rows()
    assert head == ["layer", "type", "ms", "share"]
    leaves = {
        name: type(module).__name__ for name, module in trained.model.named_modules() if not list(module.children())
    }
    assert {name: kind for name, kind, *_ in rows} == leaves
    total = sum(float(row[2]) for row in rows)
    assert [float(row[3].rstrip("%")) for row in rows] == pytest.approx(
        [100 * float(row[2]) / total for row in rows], abs=0.05 + 100 * 0.0005 * (len(rows) + 1) / total
    )
