"""A simple network for handwritten digits: five convolutions, each normalised, and one linear layer."""

from collections import OrderedDict

import torch
from torch import nn

import striate.nn as snn
from striate.models.image_size import refuse_smaller
from striate.models.normalize import Rescale
from striate.models.registry import Recipe, register

CHANNELS = (32, 48, 48, 96, 96)  # of the five convolutions


@register(
    "simple-cnn",
    paper='After An, Lee, Park, Yang, So, "An ensemble of simple convolutional neural network models for MNIST digit '
    'recognition", arXiv:2008.10400, 2020',
    year=2020,
    recipe=Recipe(
        epochs=20,
        batch_size=128,
        optimizer="adamw",
        lr=5e-3,
        weight_decay=0.05,
        label_smoothing=0.05,
        augment="distort",
        ema=0.999,
    ),
)
def simple_cnn(*, in_channels: int = 1, image_size: tuple[int, int] = (28, 28), classes: int = 10) -> nn.Sequential:
    """Build the network, for images of at least 16 x 16 pixels.

    It is as plain as the paper's: convolutions with batch normalisation and rectifiers, and no dense layer but the
    last. It has 5 convolutions in place of 10, and pools, which the paper does without.

    Args:
        in_channels: channels of an image.
        image_size: height and width of an image.
        classes: how many there are to tell apart.

    Raises:
        ValueError: an image too small.

    >>> simple_cnn()(torch.rand(2, 1, 28, 28)).shape
    torch.Size([2, 10])
    """
    refuse_smaller("simple-cnn", image_size, 16)
    c1, c2, c3, c4, c5 = CHANNELS
    layers = OrderedDict[str, nn.Module](rescale=Rescale(-0.1, 1.175))
    layers |= _stage("c1", snn.Conv2d(in_channels, c1, 5, bias=False), snn.MaxPool2d(2))
    layers |= _stage("c2", snn.Conv2d(c1, c2, 3, padding="same", bias=False))
    layers |= _stage("c3", snn.Conv2d(c2, c3, 3, padding="same", bias=False), snn.MaxPool2d(2))
    layers |= _stage("c4", snn.Conv2d(c3, c4, 3, padding="same", bias=False))
    layers |= _stage("c5", snn.Conv2d(c4, c5, 3, bias=False))
    layers |= {"mean": snn.GlobalAvgPool(keepdim=False), "output": nn.Linear(c5, classes)}
    model = nn.Sequential(layers)
    # Torch lays activations out as the weights are, and the kernels are fastest in this layout.
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return model


def _stage(name: str, conv: nn.Conv2d, pool: nn.Module | None = None) -> "OrderedDict[str, nn.Module]":
    """Return a convolution and what follows it; the pool comes first, so that norm and rectifier see a quarter."""
    layers = OrderedDict[str, nn.Module]({name: conv})
    if pool is not None:
        layers[f"{name}_pool"] = pool
    layers[f"{name}_norm"] = nn.BatchNorm2d(conv.out_channels)
    layers[f"{name}_relu"] = nn.ReLU()
    return layers
