import numpy as np
import pytest
import rectified
import torch
from torch import nn

import striate.nn as snn
from striate.view import matched_filter


@pytest.mark.parametrize(
    "conv",
    [
        nn.Conv2d(2, 4, 3, stride=2, padding=2),
        nn.Conv2d(2, 4, (2, 3), dilation=2, groups=2, bias=False),
        snn.Conv2d(2, 4, 5, padding="same", padding_mode=("symmetric", "circular")),
        nn.Conv1d(2, 4, 5, padding=2),
        snn.Conv3d(2, 4, 2, padding=1),
    ],
)
def test_products_and_bias_are_the_answer(conv):
    image = torch.rand(2, *[8] * (conv.weight.ndim - 2))
    for position in (None, (0,) * (image.ndim - 1)):
        found = matched_filter(conv.double(), image.double(), channel=3, position=position).array
        answers = conv(image[None].double())[0, 3].detach()
        expected = answers.max() if position is None else answers[position]
        bias = 0 if conv.bias is None else float(conv.bias[3].detach())
        total = float((found.filter * found.patch).sum())
        assert found.activation == pytest.approx(float(expected), rel=1e-12)
        assert total + bias == pytest.approx(found.activation, rel=1e-12)
        norms = float(found.filter.norm() * found.patch.norm())
        assert found.correlation == pytest.approx(total / norms, rel=1e-12)


def test_the_patch_is_what_lies_under_the_filter():
    conv, image = nn.Conv2d(1, 2, 3), torch.rand(1, 7, 8)
    found = matched_filter(conv, image, position=(2, 4)).array
    assert torch.equal(found.patch, image[:, 2:5, 4:7])


def test_a_patch_of_the_filters_form_correlates_by_1_and_its_negative_by_minus_1():
    conv = nn.Conv2d(1, 1, 3)
    for sign in (1, -1):
        image = sign * 5 * conv.weight[0].detach()
        assert matched_filter(conv, image).array.correlation == pytest.approx(sign, abs=1e-6)
    assert matched_filter(conv, torch.zeros(1, 3, 3)).array.correlation == 0


def test_deeper_layers_and_later_calls_and_frozen_weights():
    model = rectified.Net(nn.ReLU(inplace=True)).requires_grad_(False)
    before, image = rectified.state(model), torch.rand(1, 12, 12)
    found = matched_filter(model, image, "second", 5).array
    assert found.filter.shape == found.patch.shape == (4, 3, 3)
    assert found.patch.min() >= 0  # it is of what the rectifier passed, though that works in place
    assert rectified.state(model) == before
    conv = nn.Conv2d(1, 1, 3, padding=1)
    twice = nn.Sequential(conv, conv)
    patch = matched_filter(twice, image, "0:2", position=(5, 5)).array.patch
    assert torch.equal(patch, conv(image[None])[0, :, 4:7, 4:7].detach())


def test_the_picture_has_a_column_a_channel_and_the_sums():
    picture = matched_filter(nn.Conv2d(12, 2, 3), torch.rand(12, 6, 6))
    assert len(picture.figure.axes) == 3 * 8
    products = picture.array.filter * picture.array.patch
    shown = [axes.get_title() for axes in picture.figure.axes[16:]]
    largest = np.sort(products.sum((1, 2)).abs().topk(8).indices.numpy())
    assert shown == [f"sum {products[channel].sum():.3g}" for channel in largest]


def test_what_is_no_convolution_is_refused():
    model, image = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.ConvTranspose2d(2, 2, 3)), torch.rand(1, 8, 8)
    for layer, kind in (("1", "ReLU"), ("2", "ConvTranspose2d")):
        with pytest.raises(ValueError, match=f"layer: '{layer}' is a {kind}; expected a convolution, which has a fil"):
            matched_filter(model, image, layer)
    with pytest.raises(ValueError, match="layer: ReLU has no convolution"):
        matched_filter(nn.ReLU(), image)
    with pytest.raises(ValueError, match="layer: '0:2' returned no tensor when the model ran"):
        matched_filter(model, image, "0:2")
