import torch
from residual import Branching
from torch import nn

from striate.graph import record
from striate.view import deconvnet, top_patches
from striate.view.explainer import units
from striate.view.explainer.blocks import Blocks
from striate.view.explainer.excitement import patches, strongest
from striate.view.explainer.projections import projections
from striate.view.explainer.steps import steps_of
from striate.view.explainer.units import units_of


def net():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        layers = (nn.Conv2d(1, 4, 3), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Conv2d(4, 3, 3), nn.Flatten())
        return nn.Sequential(*layers, nn.Linear(27, 2)).eval()


IMAGES = torch.rand(30, 1, 12, 12, generator=torch.Generator().manual_seed(1))


def reaches_of(recording, layer):
    (output,) = next(operation.outputs for operation in recording.operations if operation.path == layer)
    return recording.reaches[output]


def test_projections_are_those_of_deconvnet():
    model = net()
    found = projections(model, IMAGES[:1], {"0": (0, 2), "3": (1,), "5": (0, 1)})
    for layer, channels in (("0", (0, 2)), ("3", (1,)), ("5", (0, 1))):
        for signal, channel in zip(found[layer], channels, strict=True):
            alone = deconvnet(model, IMAGES[0], layer, channel=channel).array.signal
            bound = 1e-5 * alone.abs().max()  # the same sums, in batches of another size
            assert (signal - alone).abs().max() <= bound
            assert alone.abs().max() > 0


def test_patches_are_those_of_top_patches():
    model = net()
    recording = record(model, IMAGES[:1])
    best = strongest(model, IMAGES.split(7), {"0": (1, 3), "3": (0,)}, count=5)
    for layer, channels in (("0", (1, 3)), ("3", (0,))):
        expected = top_patches(model, IMAGES, layer, channels, count=5).array
        assert torch.equal(best[layer].images, expected.images)
        reaches = reaches_of(recording, layer)
        assert torch.equal(patches(best[layer], IMAGES, reaches), expected.patches)


def test_a_field_larger_than_the_image_is_the_image():
    model = nn.Sequential(nn.Conv2d(1, 2, 9, padding=4), nn.Flatten(), nn.Linear(32, 2))
    images = torch.rand(3, 1, 4, 4)
    recording = record(model, images[:1])
    best = strongest(model, [images], {"0": (0,), "2": (0, 1)}, count=3)
    for layer in ("0", "2"):
        reaches = reaches_of(recording, layer)
        found = patches(best[layer], images, reaches)
        assert torch.equal(found, images[best[layer].images])


def of(model, data=None):
    recording = record(model, IMAGES[:1])
    steps = list(steps_of(recording))
    blocks = Blocks()
    return steps, units_of(model, recording, steps, blocks, data), blocks


def test_units_are_of_convolutions_and_linear_layers():
    steps, found, _ = of(net(), IMAGES)
    assert {steps[number].operation.path for number in found} == {"0", "3", "5"}
    unit = found[0]
    assert unit.channels == (0, 1, 2, 3)
    assert unit.projections.shape == (4, 1, 12, 12)
    assert unit.patches.shape == (4, 9, 1, 3, 3)
    assert all(row == tuple(sorted(row, reverse=True)) for row in unit.answers)


def test_without_data_there_are_no_patches():
    _, found, _ = of(net())
    assert {unit.patches for unit in found.values()} == {None}


def test_each_call_of_a_shared_layer_has_its_own():
    steps, found, _ = of(Branching())
    calls = [number for number in found if steps[number].operation.path == "shared"]
    assert len(calls) == 2
    assert found[calls[0]].projections.id != found[calls[1]].projections.id


def test_data_that_can_be_read_once_are_read_once(monkeypatch):
    monkeypatch.setattr(units, "IMAGES", 20)
    _, found, _ = of(net(), iter(IMAGES.split(7)))
    assert found[0].patches.shape[:2] == (4, 9)


def test_a_large_image_gets_its_strongest_units_and_a_full_page_no_more(monkeypatch):
    monkeypatch.setattr(units, "ELEMENTS", 3 * 144)
    steps, found, _ = of(net())
    answers = record(net(), IMAGES[:1]).values[steps[0].output].tensor[0].flatten(1).amax(1)
    assert found[0].channels == tuple(sorted(answers.topk(3).indices.tolist()))
    monkeypatch.setattr(units, "ROOM", 0)
    assert list(of(net())[1]) == [0]
