import bounds
import numpy as np
import pytest
import rectified
import torch
from torch import nn
from torch.nn import functional as F

import striate
import striate.functional as SF
import striate.nn as snn
from striate import models
from striate.view import deconvnet

LAYERS = {1: (nn.Conv1d, nn.MaxPool1d), 2: (snn.Conv2d, nn.MaxPool2d), 3: (nn.Conv3d, snn.MaxPool3d)}


@pytest.mark.parametrize("ndim", LAYERS)
def test_one_filter_and_one_switch_give_the_filter_at_the_switchs_place(ndim):
    conv, pool = LAYERS[ndim]
    model = nn.Sequential(conv(1, 1, 3, bias=False), nn.ReLU(), pool(2))
    filter = torch.arange(1.0, 3**ndim + 1).reshape(3, *[3] * (ndim - 1))
    model[0].weight.data.copy_(filter)
    image = torch.zeros(1, *[10] * ndim)
    corner = (5, 2, 4)[:ndim]  # of the pattern: pooled place (2, 1, 2), switch (1, 0, 0) inside it
    window = (0, *(slice(start, start + 3) for start in corner))
    image[window] = filter
    found = deconvnet(model, image, "2").array
    assert found.unit == ("2", 0, (2, 1, 2)[:ndim])
    assert found.activation == filter.square().sum()
    expected = torch.zeros_like(image)
    expected[window] = found.activation * filter
    assert torch.equal(found.signal, expected)  # integers: exact


def test_a_chain_of_layers_is_unpooled_rectified_and_filtered_by_hand():
    first, second = torch.randn(4, 2, 3, 3).double(), torch.randn(5, 4, 3, 3).double()
    model = nn.Sequential(
        nn.Conv2d(2, 4, 3, bias=False), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 5, 3, bias=False), nn.ReLU()
    ).double()
    model[0].weight.data, model[3].weight.data = first, second
    image = torch.rand(2, 14, 15).double()
    found = deconvnet(model, image, "4").array

    maps = SF.conv2d(image[None], first).relu()
    pooled, switches = SF.max_pool2d(maps, 2, return_indices=True)
    answers = SF.conv2d(pooled, second).relu()
    alone = torch.zeros_like(answers)
    index = (0, found.unit.channel, *found.unit.position)
    alone[index] = answers[index]
    assert answers[index] == answers.max() > 0

    def back(signal, first, second):
        below = SF.conv_transpose2d(signal.relu(), second)
        return SF.conv_transpose2d(SF.max_unpool2d(below, switches, 2, output_size=maps.shape[2:]).relu(), first)[0]

    magnitude = back(alone, first.abs(), second.abs()).numpy()
    terms = 2 * 9 + 4 * 9 + 5 * 9 + 4 * 9  # of the two convolutions forwards and backwards
    bound = bounds.summation(magnitude, terms, np.float64)
    assert (np.abs((found.signal - back(alone, first, second)).numpy()) <= bound).all()
    assert found.signal.abs().max() > 1e6 * bound.max()  # the bound is no excuse


def relus(weights):
    """The sum, with these weights, of relu(x) and relu(-x)."""
    model = nn.Sequential(nn.Conv1d(1, 2, 1, bias=False), nn.ReLU(), nn.Conv1d(2, 1, 1, bias=False))
    model[0].weight.data = torch.tensor([1.0, -1.0]).reshape(2, 1, 1)
    model[2].weight.data = torch.tensor(weights).reshape(1, 2, 1)
    return model


def test_a_rectifier_passes_what_is_above_0_whether_it_was_open_or_not():
    image = torch.tensor([[3.0]])
    assert deconvnet(relus([1.0, 0.5]), image, "2").array.signal.item() == 3 * (1 - 0.5)  # the derivative: 3
    assert deconvnet(relus([1.0, -0.5]), image, "2").array.signal.item() == 3


@pytest.mark.parametrize("call", rectified.CALLS)
def test_every_way_to_call_a_rectifier_is_seen(call):
    image = torch.rand(1, 12, 12)
    expected = deconvnet(rectified.Net(nn.ReLU()), image, "head", 1).array
    found = deconvnet(rectified.Net(rectified.CALLS[call]), image, "head", 1).array
    assert torch.equal(found.signal, expected.signal)
    assert found.activation == expected.activation
    assert expected.signal.any()


def test_rectifiers_inside_convolutions_are_seen():
    image = torch.rand(1, 12, 12)
    expected = deconvnet(rectified.Net(nn.ReLU()), image, "head", 1).array.signal
    with striate.use_kernel("reference"):  # which fuses
        found = deconvnet(rectified.Fused(), image, "head", 1).array.signal
    bound = bounds.summation(expected.abs().max().numpy(), 200, np.float32)
    assert (found - expected).abs().max() <= bound


@pytest.mark.parametrize("function", [F.gelu, F.silu, F.relu6, F.elu, F.softplus, F.hardswish, F.mish])
def test_smooth_rectifiers_rectify_the_signal(function):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.sum = relus([1.0, -0.5])[::2]

        def forward(self, x):
            return self.sum(function(self.conv(x)))

    found = deconvnet(Net(), torch.tensor([[3.0]]), "sum").array
    assert found.signal.item() == found.activation  # one signal passes whole, the other is rectified away


def test_a_leaky_rectifier_is_applied_to_the_signal_and_tanh_has_its_derivative():
    model = relus([1.0, -0.5])
    model[1] = nn.LeakyReLU(0.25)
    found = deconvnet(model, torch.tensor([[3.0]]), "2").array
    assert found.signal.item() == found.activation * (1 + 0.25 * 0.5)
    model[1] = nn.Tanh()
    found = deconvnet(model, torch.tensor([[3.0]]), "2").array
    assert found.signal.item() == pytest.approx(found.activation * 1.5 * (1 - np.tanh(3.0) ** 2), rel=1e-5)


def test_branches_add_up_and_norms_scale():
    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm2d(2).eval()
            self.norm.running_var.fill_(4 - self.norm.eps)
            self.out = nn.Conv2d(4, 1, 1, bias=False)
            self.out.weight.data = torch.tensor([1.0, 2, 3, 4]).reshape(1, 4, 1, 1)

        def forward(self, x):
            return self.out(torch.cat([x, x + self.norm(x)], 1))

    found = deconvnet(Residual(), torch.ones(2, 3, 3), "out", position=(1, 2)).array
    expected = torch.zeros(2, 3, 3)
    expected[:, 1, 2] = found.activation * torch.tensor([1 + 3 * 1.5, 2 + 4 * 1.5])
    assert torch.allclose(found.signal, expected)


def test_the_layer_is_the_last_with_places_and_the_unit_the_strongest():
    model, image = rectified.Net(nn.ReLU()), torch.rand(1, 12, 12)
    found = deconvnet(model, image).array
    maps = model.second(F.max_pool2d(model.first(image[None]).relu(), 2)).relu()
    assert found.unit.layer == "relu:2"
    assert found.activation == maps.max()
    assert maps[(0, *found.unit[1:2], *found.unit.position)] == maps.max()
    assert torch.equal(found.image, image)


def test_the_model_is_left_as_it_was_and_the_callers_mode_does_not_matter():
    model, image = rectified.Net(nn.ReLU(inplace=True)), torch.rand(1, 12, 12)
    model.second.eval()
    for parameter in model.first.parameters():
        parameter.requires_grad_(False)
    before = rectified.state(model)
    expected = deconvnet(model, image).array.signal
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            assert torch.equal(deconvnet(model, image.clone()).array.signal, expected)
    assert rectified.state(model) == before
    with pytest.raises(ValueError, match="channel is 9"):
        deconvnet(model, image, channel=9)
    assert rectified.state(model) == before


@pytest.mark.parametrize(
    "name", [name for name in models.names("classification") if models.example(name).numel() == 784]
)
def test_every_classifier_of_digits_has_a_projection(name):
    image = torch.randint(0, 256, (1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    picture = deconvnet(models.create(name), image)
    assert picture.array.signal.shape == (1, 28, 28)
    assert picture.array.signal.any()
    shown = torch.from_numpy(picture.figure.axes[1].images[0].get_array().data)
    assert torch.equal(shown, picture.array.signal[0])
    assert picture.figure.texts[0].get_text().startswith(str(picture.array.unit))


def test_what_hides_its_rectifiers_or_its_image_is_refused():
    image = torch.rand(1, 12, 12)
    with pytest.warns(DeprecationWarning, match="torch.jit.trace"):
        scripted = nn.Sequential(torch.jit.trace(nn.ReLU(), image))
    with pytest.raises(ValueError, match="model: 0 is scripted or compiled, which hides its rectifiers; give the mod"):
        deconvnet(scripted, image)
    with pytest.raises(ValueError, match="is scripted or compiled"):
        deconvnet(torch.compile(nn.ReLU(), backend="eager"), image)

    class Cut(nn.Sequential):
        def forward(self, x):
            return super().forward(x.detach())

    with pytest.raises(ValueError, match="layer: nothing of the image reaches '0'"):
        deconvnet(Cut(nn.Conv2d(1, 2, 3)), image)
