"""AlexNet of 2012: its layers as published, and its small sibling on digits."""

from collections.abc import Iterator

import torch

from striate import models
from striate.data import load
from striate.lineage.system import Figure, System
from striate.lineage.training import some_of
from striate.train import fit

# Section 3.5: "60 million parameters and 650,000 neurons"; figure 2 has the sizes that add up to them.
PARAMETERS, NEURONS = 60_965_224, 659_272
MAPS = ("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8")


def neurons() -> int:
    """Return how many units AlexNet's convolutions and linear layers have.

    >>> neurons()
    659272
    """
    with torch.device("meta"):
        model, value = models.create("alexnet"), models.example("alexnet")
    total = 0
    for name, layer in model.named_children():
        value = layer(value)
        total += value.numel() if name in MAPS else 0
    return total


def _measure(quick: bool) -> Iterator[Figure]:
    yield Figure("parameters", models.describe("alexnet").parameters, ",.0f", published="60 million",
                 at_least=PARAMETERS, at_most=PARAMETERS)  # fmt: skip
    yield Figure("neurons", neurons(), ",.0f", published="650,000", at_least=NEURONS, at_most=NEURONS)
    mnist = load("mnist")
    if quick:
        history = fit("alexnet-mini", some_of(mnist, 3000, 1000), epochs=3)
        yield Figure("alexnet-mini: test accuracy after 3,000 digits", history["val_acc"][-1], ".2%", at_least=0.2)
        return
    history = fit("alexnet-mini", mnist)
    yield Figure("alexnet-mini: test accuracy on MNIST", history["val_acc"][-1], ".2%", at_least=0.99, headline=True)


SYSTEM = System(
    name="alexnet",
    title="AlexNet",
    year=2012,
    source='Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks", NIPS 25, '
    "2012",
    command="striate train alexnet-mini",
    page="alexnet.md",
    measure=_measure,
)
