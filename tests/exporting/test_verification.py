from collections import namedtuple

import pytest
import torch
from torch import nn

from striate.exporting.verification import TOLERANCE, compared, names, refuse_chance, tensors, timed


def test_each_number_of_samples_and_each_size_is_compared():
    model = nn.Conv2d(1, 2, 3)
    found = compared(model, model, torch.rand(2, 1, 8, 8), [(8, 8), (9, 12)])
    assert [one.shape for one in found] == [(1, 1, 8, 8), (3, 1, 8, 8), (1, 1, 9, 12), (3, 1, 9, 12)]
    assert {one.difference for one in found} == {0.0}


@pytest.mark.parametrize(
    "wrong",
    [
        lambda output: output * (1 + 3 * TOLERANCE),
        lambda output: output[:, :1],
        lambda output: output * float("nan"),
        lambda output: (output, output),
    ],
    ids=["scaled", "cropped", "nan", "two"],
)
def test_a_difference_is_an_error_that_names_the_input(wrong):
    model = nn.Conv2d(1, 2, 3)
    with pytest.raises(RuntimeError, match=r"differs from the model by .* on an input of shape \(1, 1, 8, 8\)"):
        compared(model, lambda drawn: wrong(model(drawn)), torch.rand(2, 1, 8, 8), [(8, 8)])


class Unpooling(nn.Module):
    def __init__(self):
        super().__init__()
        self.pool, self.unpool = nn.MaxPool2d(2, return_indices=True), nn.MaxUnpool2d(2)

    def forward(self, input):
        return self.unpool(*self.pool(input))


def altered(model, share):
    def exported(drawn):
        output = model(drawn).clone()
        output.view(-1)[: int(share * output.numel())] += 1
        return output

    return exported


def test_where_a_model_unpools_a_few_outputs_may_be_elsewhere():
    model, input = Unpooling(), torch.rand(2, 1, 20, 20)
    found = compared(model, altered(model, 0.02), input, [(20, 20)])
    assert [(one.difference, one.turned) for one in found] == [(0.0, pytest.approx(0.02))] * 2
    with pytest.raises(RuntimeError, match="differs from the model by 1"):
        compared(model, altered(model, 0.25), input, [(20, 20)])
    plain = nn.ReLU()
    with pytest.raises(RuntimeError, match="differs from the model by 1"):
        compared(plain, altered(plain, 0.02), input, [(20, 20)])


def test_both_are_timed():
    timing = timed(nn.Identity(), nn.Conv2d(1, 64, 9), torch.rand(1, 1, 128, 128))
    assert timing.shape == (1, 1, 128, 128)
    assert 0 < timing.model < timing.exported


def test_outputs_are_tensors_with_names():
    pair = namedtuple("Pair", "mean spread")(torch.zeros(1), torch.ones(1))
    assert names(pair) == ("mean", "spread")
    assert names([torch.zeros(1)]) == ("output",)
    assert len(tensors(pair)) == 2
    with pytest.raises(TypeError, match="the model returns a dict; expected a tensor, or a tuple of them"):
        tensors({"a": torch.zeros(1)})


class Drawing(nn.Module):
    def forward(self, input):
        return input + torch.rand_like(input)


def test_chance_is_refused():
    refuse_chance(nn.Dropout().eval(), torch.rand(2, 3))
    with pytest.raises(RuntimeError, match="a Drawing, gives another output each time"):
        refuse_chance(Drawing(), torch.rand(2, 3))
