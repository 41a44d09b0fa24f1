"""Every convolution layer takes `flip`, by its name in the list of layers: one that is added without it fails here."""

import warnings

import numpy as np
import pytest
import strategies
import torch

import striate.nn as snn

LAYERS = [name for name in snn.__all__ if ("Conv" in name or "LocallyConnected" in name)]


def build(name, flip):
    kind, ndim = name[:-2], 2 if name.endswith("Nd") else int(name[-2])
    arguments = [ndim] if name.endswith("Nd") else []
    arguments += [] if kind.startswith("Lazy") else [4]  # channels of the input
    arguments += [] if "Depthwise" in kind else [4]
    arguments += [3]
    options = {"input_size": 5} if kind.startswith("LocallyConnected") else {}
    options |= {"return_mask": False} if "Partial" in kind else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # torch says that lazy modules are new
        layer = getattr(snn, name)(*arguments, flip=flip, **options)
    input = strategies.numbers((2, 4, *(5,) * ndim), 0)
    layer(input)  # a lazy layer has its parameters then
    return layer, input, ndim


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_with_flip_is_the_layer_with_reversed_kernels(name):
    plain, input, ndim = build(name, flip=False)
    layer, _, _ = build(name, flip=True)
    first = ndim + 1 if "LocallyConnected" in name else 2
    state = plain.state_dict()
    layer.load_state_dict(state)
    expected = plain(input)
    assert not torch.allclose(layer(input), expected)
    for key, value in state.items():
        if "weight" in key:
            last = 3 if "Spatial" in name else first + ndim
            state[key] = torch.from_numpy(np.flip(value.numpy(), tuple(range(first, last))).copy())
    layer.load_state_dict(state)
    torch.testing.assert_close(layer(input), expected)
    assert "flip=True" in repr(layer)
    assert "flip=True" not in repr(plain)


def test_all_of_them_are_found():
    assert len(LAYERS) > 70
    assert {"CausalConv2d", "LazySpatialSeparableConv3d", "LocallyConnectedTransposeNd"} <= set(LAYERS)
