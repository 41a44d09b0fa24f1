"""What decides a training, apart from the model and the data."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch

from striate.arithmetic.arguments import choice
from striate.data import AUGMENTATIONS
from striate.models import Recipe

OPTIMIZERS = ("adamw", "sgd")

# For a module that is in no registry: AdamW at the rate that suits most small convolutional networks.
DEFAULT_RECIPE = Recipe(epochs=5, batch_size=128, optimizer="adamw", lr=2e-3, weight_decay=0.01)

FEWEST_STEPS = 512  # below this even three classes of simple shapes are not learnt


def adapted(recipe: Recipe, images: int) -> Recipe:
    """Return a recipe for a set of so many training images, so that a small set is learnt with no setting given.

    Recipes are written for tens of thousands of images. A smaller set is taken in batches of at most a sixteenth of it
    (but of 8 or more), at a rate smaller by the square root of that, for as many epochs as make `FEWEST_STEPS` steps.

    >>> small = adapted(Recipe(epochs=8, batch_size=128, optimizer="adamw", lr=0.01), images=144)
    >>> small.epochs, small.batch_size, small.lr
    (32, 9, 0.002651650429449553)
    """
    batch_size = min(recipe.batch_size, max(8, images // 16))
    epochs = max(recipe.epochs, math.ceil(FEWEST_STEPS / math.ceil(images / batch_size)))
    return replace(
        recipe, epochs=epochs, batch_size=batch_size, lr=recipe.lr * math.sqrt(batch_size / recipe.batch_size)
    )


@dataclass(frozen=True)
class Settings:
    """Every value that decides a training, defaults filled in; the fields of a `Recipe` and the machine's part.

    Args:
        epochs: Passes over the training images, at least 1.
        batch_size: Images a step, at least 1.
        optimizer: One of `OPTIMIZERS`.
        lr: The peak of the one-cycle schedule, above 0.
        weight_decay: Of parameters with more than one axis, 0 or more.
        momentum: Of "sgd" (Nesterov), in [0, 1).
        label_smoothing: Of the cross-entropy, in [0, 1); a model with a loss of its own ignores it.
        augment: How training images are varied, one of `striate.data.AUGMENTATIONS`; True and False, as runs had it
            before there were others, stand for "light" and "none".
        ema: Largest decay of the moving average of the weights, in [0, 1); 0 for none.
        seed: 0 or more. Of the first weights, the order of the images, the augmentation and dropout.
        threads: That torch computes with; the last bits of a result depend on it.
        accumulate: Parts, at least 1, that each batch is split into, one after another, for want of memory. The
            gradient stays that of the batch; batch norms see the parts.

    A ValueError names the setting that is out of its range.
    """

    epochs: int
    batch_size: int
    optimizer: str
    lr: float
    weight_decay: float
    momentum: float
    label_smoothing: float
    augment: str
    ema: float
    seed: int
    threads: int
    accumulate: int = 1

    def __post_init__(self) -> None:
        if isinstance(self.augment, bool):
            object.__setattr__(self, "augment", "light" if self.augment else "none")
        choice(self.augment, AUGMENTATIONS, "augment")
        for name, least in (("epochs", 1), ("batch_size", 1), ("seed", 0), ("threads", 1), ("accumulate", 1)):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise ValueError(f"{name} must be a whole number of at least {least}, not {value!r}")
        if self.optimizer not in OPTIMIZERS:
            raise ValueError(f"unknown optimizer {self.optimizer!r}; known are {', '.join(OPTIMIZERS)}")
        if not (self.lr > 0 and math.isfinite(self.lr)):
            raise ValueError(f"lr must be a finite number above 0, not {self.lr!r}")
        if not (self.weight_decay >= 0 and math.isfinite(self.weight_decay)):
            raise ValueError(f"weight_decay must be a finite number of at least 0, not {self.weight_decay!r}")
        for name in ("momentum", "label_smoothing", "ema"):
            value = getattr(self, name)
            if not 0 <= value < 1:
                raise ValueError(f"{name} must be at least 0 and below 1, not {value!r}")

    @classmethod
    def from_recipe(cls, recipe: Recipe) -> "Settings":
        """Return a recipe's values with seed 0 and the number of threads torch has now."""
        return cls(
            epochs=recipe.epochs,
            batch_size=recipe.batch_size,
            optimizer=recipe.optimizer,
            lr=recipe.lr,
            weight_decay=recipe.weight_decay,
            momentum=recipe.momentum,
            label_smoothing=recipe.label_smoothing,
            augment=recipe.augment,  # type: ignore[arg-type]
            ema=recipe.ema,
            seed=0,
            threads=torch.get_num_threads(),
        )

    def updated(self, given: Mapping[str, Any]) -> "Settings":
        """Return a copy with those values of `given` that are not None."""
        return replace(self, **{name: value for name, value in given.items() if value is not None})
