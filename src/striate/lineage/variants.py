"""Registered models with options of their own, trained as `striate train` trains them, on all images or a few."""

from collections.abc import Mapping
from dataclasses import asdict, replace

import torch
from torch import nn

from striate import models
from striate.data import ImageData, Images, permutation, stream
from striate.train import History, fit
from striate.train.determinism import kept_generators, seed_generators


def train_variant(
    name: str,
    data: ImageData,
    options: Mapping[str, object] | None = None,
    *,
    epochs: int | None = None,
    seed: int = 0,
) -> tuple[nn.Module, History]:
    """Train a model by its recipe; what differs between two variants is the options alone.

    Args:
        name: of the registered model.
        data: images to tell apart.
        options: keywords of `striate.models.create` besides those that the data decide.
        epochs: passes over the training images; the recipe's unless given.
        seed: of the first weights and of the training.

    Returns:
        The model, trained, and what the training went through.

    >>> images = Images(torch.zeros(16, 1, 8, 8, dtype=torch.uint8), torch.arange(16) % 2)
    >>> _, history = train_variant("mobilenet-v1-mini", ImageData("zeros", images, images, ("a", "b")), epochs=1)
    >>> len(history)
    1
    """
    recipe = models.recipe(name)
    settings = {key: value for key, value in asdict(recipe).items() if key not in {"epochs", "momentum"}}
    with kept_generators(torch.device("cpu")):
        seed_generators(stream(seed).initial_seed(), torch.device("cpu"))
        model = models.create(
            name, in_channels=data.channels, image_size=data.image_size, classes=len(data.classes), **(options or {})
        )
    return model, fit(model, data, epochs=epochs or recipe.epochs, seed=seed, **settings)


def some_of(data: ImageData, images: int, tested: int) -> ImageData:
    """Return so many training and test images of a set, drawn once for all.

    >>> parts = Images(torch.zeros(16, 1, 8, 8, dtype=torch.uint8), torch.arange(16) % 2)
    >>> few = some_of(ImageData("zeros", parts, parts, ("a", "b")), images=5, tested=3)
    >>> len(few.train), len(few.test)
    (5, 3)
    """
    return replace(data, train=_drawn(data.train, images), test=_drawn(data.test, tested))


def _drawn(part: Images, count: int) -> Images:
    chosen = permutation(len(part), seed=0, epoch=0)[:count]
    return Images(part.images[chosen], part.labels[chosen])
