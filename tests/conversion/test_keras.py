"""Against Keras itself where it is installed, and against arrays that are laid out as its own elsewhere."""

import os

import numpy as np
import pytest
import torch
from torch import nn

import striate.nn as snn
from striate.conversion import channels_first, load_keras

DRAW = np.random.default_rng(0)


def drawn(*shape):
    return DRAW.normal(size=shape).astype(np.float32)


def test_each_kind_of_kernel_stands_where_it_belongs():
    model = nn.Sequential(
        snn.Conv2d(2, 3, (3, 5)),
        snn.DepthwiseConv2d(3, 3, multiplier=2),
        snn.SeparableConv2d(6, 4, 3),
        nn.BatchNorm2d(4),
        snn.ConvTranspose2d(4, 5, 2),
    )
    kernels = {
        "model/a/kernel": drawn(3, 5, 2, 3),
        "model/a/bias": drawn(3),
        "model/b/kernel": drawn(3, 3, 3, 2),
        "model/b/bias": drawn(6),
        "model/c/depthwise_kernel": drawn(3, 3, 6, 1),
        "model/c/pointwise_kernel": drawn(1, 1, 6, 4),
        "model/c/bias": drawn(4),
        **{f"model/d/{name}": drawn(4) for name in ("gamma", "beta", "moving_mean")},
        "model/d/moving_variance": np.abs(drawn(4)),
        "model/e/kernel": drawn(2, 2, 5, 4),
        "model/e/bias": drawn(5),
    }
    load_keras(model, kernels, torch.zeros(1, 2, 12, 14))
    state = model.state_dict()
    for (o, i, y, x), value in np.ndenumerate(state["0.weight"].numpy()):
        assert value == kernels["model/a/kernel"][y, x, i, o]
    for (o, _, y, x), value in np.ndenumerate(state["1.weight"].numpy()):
        assert value == kernels["model/b/kernel"][y, x, o // 2, o % 2]
    for (i, o, y, x), value in np.ndenumerate(state["4.weight"].numpy()):
        assert value == kernels["model/e/kernel"][y, x, o, i]
    for ours, theirs in (("weight", "gamma"), ("bias", "beta"), ("running_mean", "moving_mean")):
        assert np.array_equal(state[f"3.{ours}"], kernels[f"model/d/{theirs}"])
    assert np.array_equal(state["2.pointwise.weight"][:, :, 0, 0], kernels["model/c/pointwise_kernel"][0, 0].T)


def test_a_linear_layer_behind_maps_has_its_rows_in_our_order():
    model = nn.Sequential(nn.Identity(), nn.Flatten(), nn.Dropout(), nn.Linear(24, 5), nn.ReLU(), nn.Linear(5, 2))
    first, second = drawn(24, 5), drawn(5, 2)
    images = drawn(4, 3, 2, 4)  # channels last
    expected = np.maximum(images.reshape(4, -1) @ first, 0) @ second
    weights = {"a/kernel": first, "a/bias": np.zeros(5), "b/kernel": second, "b/bias": np.zeros(2)}
    load_keras(model, weights, channels_first(images))
    found = model.eval()(channels_first(images)).detach().numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_mistakes_leave_the_model_alone():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Conv2d(2, 2, 3))
    before = model[0].weight.clone()
    input = torch.zeros(1, 1, 8, 8)
    good = {"a/kernel": drawn(3, 3, 1, 2), "a/bias": drawn(2)}
    with pytest.raises(ValueError, match=r"has 1 layers with weights \(a\), the model has 2 \(0, 1\)"):
        load_keras(model, good, input)
    with pytest.raises(ValueError, match="b has kernel, which do not fit a Conv2d with bias, weight"):
        load_keras(model, {**good, "b/kernel": drawn(3, 3, 2, 2)}, input)
    with pytest.raises(ValueError, match=r"kernel of b has shape \(5, 3, 2, 2\), as ours \(2, 2, 5, 3\); the layer's"):
        load_keras(model, {**good, "b/kernel": drawn(5, 3, 2, 2), "b/bias": drawn(2)}, input)
    assert torch.equal(model[0].weight, before)
    with pytest.raises(ValueError, match=r"kernel of a has 20 rows, and the layer gets maps of \(2, 3, 4\)"):
        load_keras(
            nn.Sequential(nn.Flatten(), nn.Linear(24, 1, bias=False)),
            {"a/kernel": drawn(20, 1)},
            torch.zeros(1, 2, 3, 4),
        )
    with pytest.raises(ValueError, match="no transposed convolutions in groups"):
        load_keras(
            nn.ConvTranspose2d(2, 2, 2, groups=2, bias=False), {"kernel": drawn(2, 2, 1, 2)}, input.repeat(1, 2, 1, 1)
        )


@pytest.fixture(scope="module")
def keras():
    os.environ.setdefault("KERAS_BACKEND", "torch")
    return pytest.importorskip("keras", reason="Keras is set beside itself")


@pytest.mark.filterwarnings("ignore")  # Keras's own
@pytest.mark.parametrize("size", [13, 16])
def test_it_computes_what_keras_computes(keras, size):
    layers = keras.layers
    theirs = keras.Sequential(
        [
            keras.Input((size, size, 2)),
            layers.Conv2D(6, 3, strides=2, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.DepthwiseConv2D(5, strides=2, padding="same", depth_multiplier=2),
            layers.SeparableConv2D(4, 3, padding="same", dilation_rate=2),
            layers.Conv2DTranspose(5, 3, strides=2, padding="same"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(3),
        ]
    )
    for weight in theirs.weights:
        if not weight.path.endswith("seed_generator_state"):
            weight.assign(np.abs(drawn(*weight.shape)) if "variance" in weight.path else 0.3 * drawn(*weight.shape))
    ours = nn.Sequential(
        snn.Conv2d(2, 6, 3, stride=2, padding="same"),
        nn.ReLU(),
        nn.BatchNorm2d(6, eps=1e-3, momentum=0.01),
        snn.DepthwiseConv2d(6, 5, stride=2, padding="same", multiplier=2),
        snn.SeparableConv2d(12, 4, 3, padding="same", dilation=2),
        snn.ConvTranspose2d(4, 5, 3, stride=2, padding="same"),
        snn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(5 * 4 * 4, 3),
    ).eval()
    images = drawn(2, size, size, 2)
    load_keras(
        ours, {weight.path: keras.ops.convert_to_numpy(weight) for weight in theirs.weights}, channels_first(images)
    )
    expected = keras.ops.convert_to_numpy(theirs(images, training=False))
    np.testing.assert_allclose(ours(channels_first(images)).detach().numpy(), expected, rtol=1e-4, atol=1e-4)
