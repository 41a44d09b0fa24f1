"""What several systems are measured by: a registered model in one of its forms, and a part of some images."""

from dataclasses import asdict, replace

import torch
from torch import nn

from striate import models
from striate.data import ImageData, stream, subset
from striate.train import fit
from striate.train.determinism import kept_generators, seed_generators
from striate.train.lesson import Lesson


def built(name: str, lesson: Lesson, *, seed: int = 0, **options: object) -> nn.Module:
    """Build a registered model for a lesson, with the first weights that `fit` gives it for the same seed.

    Args:
        name: of the model.
        lesson: whose keywords it is built with.
        seed: of the weights.
        options: of the model, such as `up`.
    """
    device = torch.device("cpu")
    with kept_generators(device):
        seed_generators(stream(seed).initial_seed(), device)
        return models.create(name, **lesson.keywords, **options)


def trained(name: str, lesson: Lesson, *, epochs: int | None = None, seed: int = 0, **options: object) -> nn.Module:
    """Train a registered model by its recipe, as `striate train NAME` does, with options of its own, and return it.

    Args:
        name: of the model.
        lesson: what it learns.
        epochs: instead of the recipe's.
        seed: of the first weights and the order.
        options: of the model, such as `up`.
    """
    model = built(name, lesson, seed=seed, **options)
    settings = {key: value for key, value in asdict(models.recipe(name)).items() if key not in {"epochs", "momentum"}}
    fit(model, lesson, epochs=epochs or models.recipe(name).epochs, seed=seed, **settings)
    return model


def some_of(data: ImageData, images: int, tested: int) -> ImageData:
    """Return so many training and test images of a set, drawn once for all.

    >>> from striate.data import Images
    >>> parts = Images(torch.zeros(16, 1, 8, 8, dtype=torch.uint8), torch.arange(16) % 2)
    >>> few = some_of(ImageData("zeros", parts, parts, ("a", "b")), images=5, tested=3)
    >>> len(few.train), len(few.test)
    (5, 3)
    """
    return replace(data, train=subset(data.train, images, seed=0), test=subset(data.test, tested, seed=0))
