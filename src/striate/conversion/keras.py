"""`load_keras`: the weights of a Keras model in its twin."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from striate.conversion.arrays import converted, layers_with_weights
from striate.conversion.flattening import flattened_maps
from striate.conversion.loading import load_all


def load_keras(model: nn.Module, weights: Mapping[str, Any], input: Tensor) -> None:
    """Load the weights of a Keras model into a model of the same layers in the same order.

    A Keras model computes channels last, and gives each layer what `striate.nn` calls the same: `padding="same"` with
    every stride, depthwise and separable kernels, transposed convolutions. `BatchNormalization` has eps 1e-3 and
    momentum 0.99, which is `eps=1e-3, momentum=0.01` here. `docs/interoperability.md` sets a model and its twin side by
    side.

    Args:
        model: Takes the weights; unchanged where an error is raised.
        weights: The Keras model's, by path: `{weight.path: weight.numpy() for weight in keras_model.weights}`.
        input: What the model is called with, (N, C, *S): linear layers behind a `Flatten` get their rows in the order
            of channels first.

    Raises:
        ValueError: There are more layers in one than in the other, or two that do not fit; both are named.

    >>> import numpy, torch
    >>> model = nn.Sequential(nn.Conv2d(1, 4, 3, bias=False))
    >>> load_keras(model, {"sequential/conv2d/kernel": numpy.ones((3, 3, 1, 4))}, torch.zeros(1, 1, 8, 8))
    >>> model[0].weight.sum()
    tensor(36., grad_fn=<SumBackward0>)
    """
    theirs: dict[str, dict[str, Any]] = {}
    for path, array in weights.items():
        layer, _, name = path.rpartition("/")
        if name != "seed_generator_state":  # of a Dropout
            theirs.setdefault(layer, {})[name] = array
    ours = layers_with_weights(model)
    if len(ours) != len(theirs):
        raise ValueError(
            f"the Keras model has {len(theirs)} layers with weights ({', '.join(theirs)}), the model has {len(ours)} "
            f"({', '.join(ours)})"
        )
    maps = flattened_maps(model, input)
    load_all(
        model,
        {
            path: converted(layer, arrays, where, flattened=maps.get(path))
            for (path, layer), (where, arrays) in zip(ours.items(), theirs.items(), strict=True)
        },
    )
