import pytest
import torch
from pages import read, section
from torch import nn
from torch.nn import functional as F

import striate
from striate.view.report.layers import layers_section


class Branching(nn.Module):
    """A shared layer, a sum, and a function that no layer calls."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 3, padding=1)
        self.head = nn.Linear(64, 2)

    def forward(self, images):
        once = F.relu(self.conv(images))
        return self.head((once + self.conv(once)).flatten(1))


def table(markup):
    (head, *rows) = read(markup).one("table").rows()
    assert head == ["layer", "type", "output", "multiply-adds", "ms", "share"]
    return rows


def test_every_call_of_a_layer_and_every_function_between_them_has_a_row():
    rows = table(layers_section(Branching().train(), torch.zeros(5, 1, 8, 8).byte(), threads=1))
    assert [row[:4] for row in rows] == [
        ["conv", "Conv2d", "1 x 8 x 8", "576"],
        ["(the model)", "relu", "1 x 8 x 8", ""],
        ["conv", "Conv2d", "1 x 8 x 8", "576"],
        ["(the model)", "add", "1 x 8 x 8", ""],
        ["head", "Linear", "2", "128"],
    ]


def test_the_shares_are_of_the_sum_of_all_times(page):
    shown = section(page, "Time by layer")
    rows = shown.one("table").rows()[1:]
    total = sum(float(row[4]) for row in rows)
    rounding = 0.05 + 100 * 0.0005 * (len(rows) + 1) / total
    assert [float(row[5].rstrip("%")) for row in rows] == pytest.approx(
        [100 * float(row[4]) / total for row in rows], abs=rounding
    )
    assert float(shown.all("p")[0].text.split(" ms")[0]) == pytest.approx(total, abs=0.005 + 0.0005 * len(rows))


def test_multiply_adds_are_those_of_inspect(page, trained):
    found = striate.inspect(trained.model, torch.zeros(1, 1, 16, 16), measure=False)
    rows = section(page, "Time by layer").one("table").rows()[1:]
    assert [row[0] for row in rows] == [row.path for row in found.rows]
    assert [int(row[3].replace(",", "") or 0) for row in rows] == [row.multiply_adds for row in found.rows]


def test_the_model_and_the_threads_are_left_as_they_were():
    model, before = Branching().train(), torch.get_num_threads()
    layers_section(model, torch.zeros(2, 1, 8, 8).byte(), threads=before + 1)
    assert model.training
    assert torch.get_num_threads() == before
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())
