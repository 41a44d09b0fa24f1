"""Against Flax itself where it is installed, and against arrays that are laid out as its own elsewhere."""

import numpy as np
import pytest
import torch
from torch import nn

import striate.nn as snn
from striate.conversion import channels_first, load_flax

DRAW = np.random.default_rng(0)


def drawn(*shape):
    return DRAW.normal(size=shape).astype(np.float32)


def test_layers_are_found_by_their_numbers_in_any_order():
    model = nn.Sequential(*(nn.Conv1d(1, 1, 1, bias=False) for _ in range(12)))
    params = {f"Conv_{number}": {"kernel": np.full((1, 1, 1), number)} for number in sorted(range(12), key=str)}
    load_flax(model, {"params": params}, torch.zeros(1, 1, 4))
    assert [int(layer.weight) for layer in model] == list(range(12))


def test_named_layers_and_nested_ones():
    model = nn.Sequential(nn.Conv1d(1, 1, 1, bias=False), nn.BatchNorm1d(1))
    params = {"stem": {"conv": {"kernel": np.full((1, 1, 1), 2.0)}, "norm": {"scale": [3.0], "bias": [4.0]}}}
    stats = {"stem": {"norm": {"mean": [5.0], "var": [6.0]}}}
    names = {"0": "stem/conv", "1": "stem/norm"}
    load_flax(model, {"params": params, "batch_stats": stats}, torch.zeros(1, 1, 4), names=names)
    found = {name: value.item() for name, value in model.state_dict().items() if "num" not in name}
    assert found == {"0.weight": 2, "1.weight": 3, "1.bias": 4, "1.running_mean": 5, "1.running_var": 6}


def test_mistakes_name_the_layers():
    model = nn.Sequential(nn.Conv1d(1, 1, 1, bias=False))
    with pytest.raises(
        ValueError, match=r"Conv_0 is missing and conv is left: give names, the Flax layer of each of 0"
    ):
        load_flax(model, {"conv": {"kernel": drawn(1, 1, 1)}}, torch.zeros(1, 1, 4))
    with pytest.raises(ValueError, match=r"kernel of Conv_0 has shape \(2, 1, 1\)"):
        load_flax(model, {"Conv_0": {"kernel": drawn(2, 1, 1)}}, torch.zeros(1, 1, 4))


@pytest.mark.filterwarnings("ignore")  # Flax's own
@pytest.mark.parametrize("size", [13, 16])
def test_it_computes_what_flax_computes(size):
    linen = pytest.importorskip("flax.linen", reason="Flax is set beside itself")
    import jax

    class Theirs(linen.Module):
        @linen.compact
        def __call__(self, x):
            x = linen.relu(linen.Conv(6, (3, 3), strides=2)(x))
            x = linen.BatchNorm(use_running_average=True)(x)
            x = linen.Conv(12, (5, 5), strides=2, feature_group_count=6)(x)
            x = linen.Conv(4, (3, 3), kernel_dilation=2, feature_group_count=2)(x)
            x = linen.ConvTranspose(5, (3, 3), strides=(2, 2))(x)
            x = linen.max_pool(x, (2, 2), strides=(2, 2))
            return linen.Dense(3)(x.reshape(len(x), -1))

    images = drawn(2, size, size, 2)
    theirs = Theirs()
    variables = theirs.init(jax.random.key(0), images)
    stirred = jax.tree.map(lambda leaf: 0.3 * np.abs(drawn(*leaf.shape)) + 0.1, variables)
    ours = nn.Sequential(
        snn.Conv2d(2, 6, 3, stride=2, padding="same"),
        nn.ReLU(),
        nn.BatchNorm2d(6, momentum=0.01),
        snn.DepthwiseConv2d(6, 5, stride=2, padding="same", multiplier=2),
        snn.Conv2d(12, 4, 3, padding="same", dilation=2, groups=2),
        snn.ConvTranspose2d(4, 5, 3, stride=2, padding="same"),
        snn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(5 * 4 * 4, 3),
    ).eval()
    load_flax(ours, stirred, channels_first(images))
    expected = np.asarray(theirs.apply(stirred, images))
    np.testing.assert_allclose(ours(channels_first(images)).detach().numpy(), expected, rtol=1e-4, atol=1e-4)
