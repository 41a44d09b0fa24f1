import pytest
import torch
from torch import nn

from striate.view.layers import as_batch, as_input, evaluating, layer_name, listening, outputs


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 3, padding=1)
        self.idle = nn.Linear(2, 2)

    def forward(self, x):
        return self.conv(self.conv(x)).relu_()


def test_a_layer_is_found_by_name_and_by_itself():
    model = nn.Sequential(nn.Sequential(nn.Conv2d(1, 1, 3)), nn.ReLU())
    assert layer_name(model, "0.0") == layer_name(model, model[0][0]) == "0.0"
    assert layer_name(model, "0.0:2") == "0.0:2"
    assert layer_name(model[1], model[1]) == layer_name(model[1], "ReLU") == "ReLU"


@pytest.mark.parametrize("name", ["conv", "", "0:x", "2"])
def test_an_unknown_layer_is_refused_with_those_that_exist(name):
    model = nn.Sequential(nn.Conv2d(1, 1, 3), nn.ReLU())
    with pytest.raises(ValueError, match=rf"^layer: the model has no layer '{name}'; it has 0, 1$"):
        layer_name(model, name)
    with pytest.raises(ValueError, match="layer: the Linear given is not in the model; it has 0, 1"):
        layer_name(model, nn.Linear(1, 1))
    with pytest.raises(ValueError, match=r"0, 1, .* and 10 more"):
        layer_name(nn.Sequential(*[nn.ReLU() for _ in range(50)]), "x")


def test_the_output_of_each_call_is_that_before_anything_in_place():
    model, pixels = Twice(), torch.randn(1, 1, 5, 5)
    once = model.conv(pixels)
    for layer, expected in (("conv", once), ("conv:2", model.conv(once)), (None, model.conv(once))):
        name, output, result = outputs(model, pixels, layer)
        assert name == (layer or "conv:2")
        assert torch.equal(output, expected)
        assert torch.equal(result, model.conv(once).relu())
    for layer in ("conv:3", "idle"):
        with pytest.raises(ValueError, match=f"layer: '{layer}' returned no tensor when the model ran"):
            outputs(model, pixels, layer)
    with pytest.raises(ValueError, match="layer: no layer of Sequential has feature maps of more than one place"):
        outputs(nn.Sequential(nn.Flatten()), pixels)


def test_hooks_and_modes_are_given_back_after_an_error():
    model = nn.Sequential(nn.Conv2d(1, 1, 3), nn.BatchNorm2d(1))
    model[1].eval()
    noted = []

    def fail(_):
        noted.append([module.training for module in model.modules()])
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"), evaluating(model), listening(model, fail):
        model(torch.zeros(1, 1, 3, 3))
    assert noted == [[False] * 3]
    assert [module.training for module in model.modules()] == [True, True, False]
    assert not any(module._forward_hooks for module in model)


def test_an_image_is_taken_as_the_model_takes_it():
    model = nn.Conv2d(3, 1, 3).double()
    image = torch.full((3, 4, 5), 255, dtype=torch.uint8)
    assert torch.equal(as_batch(model, image), torch.ones(1, 3, 4, 5, dtype=torch.float64))
    assert as_batch(nn.ReLU(), torch.zeros(1, 3, 4, 5)).shape == (1, 3, 4, 5)
    pixels = torch.rand(1, 3, 4, 5)
    as_input(nn.ReLU(), pixels).zero_()  # a copy
    assert pixels.any()


@pytest.mark.parametrize(
    ("model", "shape", "axes"),
    [
        (nn.Conv2d(1, 1, 3), (2, 1, 8, 8), "H, W"),
        (nn.Conv1d(1, 1, 3), (8,), "L"),
        (nn.Conv3d(1, 1, 3), (1, 8, 8), "D, H, W"),
    ],
)
def test_another_shape_is_refused(model, shape, axes):
    with pytest.raises(ValueError, match=rf"image has shape \({shape[0]},.*expected one image, \(C, {axes}\)"):
        as_batch(model, torch.zeros(shape))
