import pytest
import rectified
import torch
from samples import BarNet, bars
from torch import nn
from torch.nn import functional as F

from striate.view import activation_statistics

IMAGES = torch.rand(130, 1, 12, 12, generator=torch.Generator().manual_seed(0))


def test_the_statistics_are_those_of_all_answers():
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(400, 3)).double()
    found = activation_statistics(model, IMAGES).array
    assert list(found) == ["0", "1", "3"]
    maps = model[0](IMAGES.double())
    for name, output in (("0", maps), ("1", maps.relu()), ("3", model(IMAGES.double())[..., None])):
        answers = output.transpose(0, 1).flatten(1).detach()
        assert torch.allclose(found[name].mean, answers.mean(1))
        assert torch.allclose(found[name].std, answers.std(1, correction=0))
        assert torch.equal(found[name].least, answers.amin(1))
        assert torch.equal(found[name].largest, answers.amax(1))
        assert torch.equal(found[name].positive, (answers > 0).double().mean(1))


def test_dead_units_are_counted_and_only_those():
    model = nn.Sequential(nn.Conv2d(1, 5, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(5, 2, 3))
    model[0].bias.data = torch.tensor([5.0, -5, 5, 5, -5])  # of what the convolution answers, nothing is constant
    model[3].weight.data[0] = 0
    picture = activation_statistics(model, IMAGES)
    dead = {name: found.dead.nonzero().flatten().tolist() for name, found in picture.array.items()}
    assert dead == {"0": [], "1": [1, 4], "2": [1, 4], "3": [0]}
    notes = [text.get_text() for text in picture.figure.axes[1].texts]
    assert notes == ["0 of 5 dead", "2 of 5 dead", "2 of 5 dead", "1 of 2 dead"]


@pytest.mark.parametrize("call", rectified.CALLS)
def test_rectifiers_are_rows_however_they_are_called(call):
    model = rectified.Net(rectified.CALLS[call])
    model.second.bias.data[3] = -100
    found = activation_statistics(model, IMAGES).array
    is_module = isinstance(rectified.CALLS[call], nn.Module)
    names = ["relu", "relu:2"] if is_module else ["rectifier after first", "rectifier after second"]
    assert list(found) == ["first", names[0], "second", names[1], "head"]
    assert found[names[0]].least.min() == 0 > found["first"].least.min()
    assert found[names[1]].dead.tolist() == [False, False, False, True, False, False]


def test_two_rectifiers_after_one_layer_are_two_rows():
    class Net(nn.Sequential):
        def forward(self, x):
            return F.relu(F.relu(super().forward(x)) - 0.1)

    found = activation_statistics(Net(nn.Conv2d(1, 2, 3)), IMAGES).array
    assert list(found) == ["0", "rectifier after 0", "rectifier after 0:2"]


def test_the_model_is_left_as_it_was():
    model = BarNet()
    before = rectified.state(model)
    found = activation_statistics(model, bars()).array
    assert list(found) == ["0", "1", "2", "3", "6"]  # dropout and reshaping answer nothing of their own
    assert rectified.state(model) == before
