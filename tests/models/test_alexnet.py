import pytest
import torch
from torch import nn

from striate.models import create
from striate.models.alexnet import response_norm

# Section 3.5 and figure 2: weights and biases of each layer; conv2, conv4 and conv5 see the maps of their GPU only.
PARAMETERS = {
    "conv1": 96 * 11 * 11 * 3 + 96,
    "conv2": 256 * 5 * 5 * 48 + 256,
    "conv3": 384 * 3 * 3 * 256 + 384,
    "conv4": 384 * 3 * 3 * 192 + 384,
    "conv5": 256 * 3 * 3 * 192 + 256,
    "fc6": 6 * 6 * 256 * 4096 + 4096,
    "fc7": 4096 * 4096 + 4096,
    "fc8": 4096 * 1000 + 1000,
}


@pytest.fixture(scope="module")
def model():
    with torch.device("meta"):
        return create("alexnet")


def test_parameters_of_every_layer_are_the_papers(model):
    counts = {name: sum(p.numel() for p in layer.parameters()) for name, layer in model.named_children()}
    assert {name: count for name, count in counts.items() if count} == PARAMETERS
    assert sum(counts.values()) == 60_965_224


def test_maps_have_the_papers_sizes(model):
    sizes, x = {}, torch.rand(1, 3, 224, 224, device="meta")
    for name, layer in model.named_children():
        x = layer(x)
        sizes[name] = tuple(x.shape[1:])
    assert sizes["conv1"] == (96, 55, 55)
    assert sizes["pool1"] == (96, 27, 27)
    assert sizes["conv2"] == (256, 27, 27)
    assert sizes["pool2"] == (256, 13, 13)
    assert sizes["conv5"] == (256, 13, 13)
    assert sizes["pool5"] == (256, 6, 6)


def test_responses_are_normalised_by_the_formula_of_section_3_3():
    a = 10 * torch.rand(2, 9, 3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    expected = torch.empty_like(a)
    for i in range(9):
        near = a[:, max(0, i - 2) : min(9, i + 3)].square().sum(1)
        expected[:, i] = a[:, i] / (2 + 1e-4 * near) ** 0.75
    torch.testing.assert_close(response_norm()(a), expected)


def test_half_of_the_maps_see_half_of_the_maps():
    torch.manual_seed(0)
    conv2 = create("alexnet-mini").conv2
    x = torch.rand(1, 32, 7, 7)
    y = conv2(x)
    x[:, 16:] += 1
    changed = (conv2(x) != y).flatten(2).any(2)[0]
    assert changed.tolist() == [False] * 48 + [True] * 48


def test_first_weights_are_those_of_section_5():
    torch.manual_seed(0)
    model = create("alexnet", image_size=64, classes=2)
    for name in PARAMETERS:
        layer = getattr(model, name)
        assert layer.weight.std().item() == pytest.approx(0.01, rel=0.05)
        assert layer.bias.unique().tolist() == [float(name in {"conv2", "conv4", "conv5", "fc6", "fc7"})]


def test_dropout_is_before_the_first_two_dense_layers(model):
    names = [name for name, _ in model.named_children()]
    for drop, dense in (("drop6", "fc6"), ("drop7", "fc7")):
        assert names.index(dense) == names.index(drop) + 1
        assert isinstance(getattr(model, drop), nn.Dropout)
        assert getattr(model, drop).p == 0.5


@pytest.mark.parametrize(("name", "least"), [("alexnet", 64), ("alexnet-mini", 15)])
def test_the_smallest_image(name, least):
    with torch.device("meta"):
        model = create(name, in_channels=1, image_size=least, classes=5)
        assert model(torch.rand(2, 1, least, least)).shape == (2, 5)
    message = rf"image_size of {name} is at least \({least}, {least}\), but got \({least}, {least - 1}\)"
    with pytest.raises(ValueError, match=message):
        create(name, image_size=(least, least - 1))
