import numpy as np
import pytest
import torch
from networks import CausalAudio, ResNet, Shared, SqueezeExcite, Volume
from torch import nn

import striate
from striate.arithmetic import Geometry, ReceptiveField
from striate.arithmetic import receptive_field as of_chain
from striate.graph.effective import shortest_run


@pytest.fixture(scope="module")
def lenet():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh())


def test_a_chain_has_the_field_of_arithmetic(lenet):
    found = striate.receptive_field(lenet, "3", (0, -1), (1, 1, 28, 28))
    chain = of_chain([Geometry.of((5, 5)), Geometry.of((2, 2), stride=2), Geometry.of((5, 5))], (28, 28))
    assert found.fields == chain == (ReceptiveField(14, 2, 0),) * 2
    assert found.positions == (tuple(range(14)), tuple(range(14, 28)))


def test_the_middle_is_meant_where_no_unit_is_given(lenet):
    assert striate.receptive_field(lenet, lenet[3], input=torch.zeros(1, 1, 28, 28)).unit == (4, 4)


def test_the_effective_field_lies_inside_and_adds_up_to_one(lenet):
    data = torch.randn(6, 1, 28, 28)
    found = striate.receptive_field(lenet, "3", (2, 3), data=data, channel=5)
    assert float(found.effective.sum()) == pytest.approx(1)
    inside = np.ix_(*found.positions)
    assert float(found.effective.numpy()[inside].sum()) == pytest.approx(1)
    for run, positions in zip(found.extent, found.positions, strict=True):
        assert set(run) <= set(positions)
        assert len(run) < len(positions)
    batches = striate.receptive_field(lenet, "3", (2, 3), data=[(data[:2], None), (data[2:], None)], channel=5)
    assert torch.allclose(batches.effective, found.effective, rtol=1e-6)


def test_one_channel_is_felt_by_its_own_weights():
    model = nn.Sequential(nn.Conv1d(1, 2, 3, bias=False))
    model[0].weight.data = torch.tensor([[[1.0, 0, 0]], [[0, 0, 3.0]]])
    data = torch.randn(2, 1, 5)
    felt = [striate.receptive_field(model, "0", 1, data=data, channel=c).effective.tolist() for c in (0, 1, None)]
    assert felt == [[0, 1, 0, 0, 0], [0, 0, 0, 1, 0], [0, 0.25, 0, 0.75, 0]]


def test_containers_functions_and_shared_layers():
    model = ResNet((1, 1), width=4, late=True, classes=3)
    found = striate.receptive_field(model, "layer2", input=(1, 3, 64, 64))
    assert found.fields[0] == ReceptiveField(27 - 8 + 8, 8, -13)
    assert striate.receptive_field(model, "fc", input=(1, 3, 64, 64)).unit == ()
    # the second call of the shared layer sees through the first
    assert striate.receptive_field(Shared(), "conv", input=(1, 4, 8, 8)).fields[0].size == 5


def test_a_gate_sees_the_whole_map():
    found = striate.receptive_field(SqueezeExcite(), "", (0, 0), data=torch.randn(3, 8, 6, 6))
    assert found.positions == (tuple(range(6)),) * 2
    assert [axis.jump for axis in found.fields] == [0, 0]
    assert "the same for every unit" in str(found)


@pytest.mark.parametrize(
    ("model", "layer", "size", "pictures"),
    [(CausalAudio(), "", (40,), 1), (SqueezeExcite(), "conv", (9, 12), 1), (Volume(), "mix", (8, 8, 8), 3)],
    ids=["1-D", "2-D", "3-D"],
)
@pytest.mark.parametrize("with_data", [True, False])
def test_it_is_drawn_over_any_number_of_axes(model, layer, size, pictures, with_data):
    channels = next(model.parameters()).shape[1]
    data = torch.randn(2, channels, *size)
    found = (
        striate.receptive_field(model, layer, data=data)
        if with_data
        else striate.receptive_field(model, layer, input=data)
    )
    figure = found.figure()
    assert len(figure.axes) == pictures
    figure.draw_without_rendering()
    assert (found.effective is not None) is with_data
    if len(size) == 2:
        frames = [patch for patch in figure.axes[0].patches if patch.get_linestyle() == "-"]
        assert (frames[0].get_width(), frames[0].get_height()) == (3, 3)


def test_words(lenet):
    text = str(striate.receptive_field(lenet, "0", (0, 0), data=torch.randn(2, 1, 28, 28), share=0.5))
    first, second, _ = text.splitlines()
    assert first == "unit (0, 0) of 0, input 28 x 28"
    assert second.startswith("axis 0: size 5, jump 1, offset 0; reads 5 elements from 0 to 4; 50% of the gradient in ")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, ValueError, r"depends on the input's size: give input, a tensor or a shape \(1, C, \*S\)"),
        ({"input": (1, 1, 28, 28), "share": 0}, ValueError, "share must be above 0 and at most 1, but got 0"),
        (
            {"input": (1, 1, 28, 28), "unit": (8, 0)},
            ValueError,
            r"whose spatial size is \(8, 8\).*but got \(8, 0\)",
        ),
        ({"input": (1, 1, 28, 28), "unit": 3}, ValueError, r"one int an axis, but got 3"),
        (
            {"data": torch.zeros(1, 1, 28, 28), "channel": 16},
            ValueError,
            "channel must be one of the layer's 16, but got 16",
        ),
        (
            {"data": [torch.zeros(1, 1, 28, 28).byte()]},
            TypeError,
            r"must hold floating-point tensors.*but got torch.uint8",
        ),
        ({"data": [], "input": (1, 1, 28, 28)}, ValueError, "data must hold at least one batch, but got none"),
    ],
)
def test_refusals(lenet, arguments, error, message):
    with pytest.raises(error, match=message):
        striate.receptive_field(lenet, "3", **arguments)


def test_unknown_layers_are_refused(lenet):
    with pytest.raises(ValueError, match="layer must be one that the model calls, but got 'conv', which it does"):
        striate.receptive_field(lenet, "conv", input=(1, 1, 28, 28))


def test_more_than_three_axes_are_not_drawn():
    import striate.nn as snn

    model = nn.Sequential(snn.ConvNd(4, 1, 1, 2))
    found = striate.receptive_field(model, "0", input=(1, 1, 4, 4, 4, 4))
    assert [axis.size for axis in found.fields] == [2] * 4
    with pytest.raises(ValueError, match="drawn over 1 to 3 axes, but the input has 4"):
        found.figure()


def test_the_shortest_run():
    assert shortest_run([1, 1, 1, 1], 0.5) == range(2)
    assert shortest_run([0.0, 0.0], 0.9) == range(1)
    assert shortest_run([1, 5, 1], 1) == range(3)
