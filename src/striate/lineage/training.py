"""Training a registered model in one of its forms."""

from dataclasses import asdict
from typing import Any

import torch
from torch import nn

from striate import models
from striate.data import stream
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
    settings: dict[str, Any] = asdict(models.recipe(name))
    del settings["momentum"]  # `fit` takes no other than the usual one
    settings["epochs"] = epochs or settings["epochs"]
    model = built(name, lesson, seed=seed, **options)
    fit(model, lesson, seed=seed, **settings)
    return model
