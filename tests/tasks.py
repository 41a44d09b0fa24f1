"""A task that is no classification: a lesson, a model for it, and both under their names while a test lasts."""

from dataclasses import dataclass

import torch
from samples import squares
from torch import nn

from striate.models import registry
from striate.models.registry import Recipe, register
from striate.train import Lesson, lessons
from striate.train.checksum import checksum_of

RECIPE = Recipe(epochs=3, batch_size=16, optimizer="adamw", lr=0.02)


@dataclass(frozen=True)
class Closeness:
    """What came of negatives: the mean squared error, and the mean of 1 - error."""

    loss: float
    figure: float

    def as_json(self):
        return {"loss": self.loss, "closeness": self.figure}

    def sentence(self):
        return f"Test closeness {self.figure:.4f}"


class Negatives(Lesson):
    """Images to be turned to their negatives, after noise that the generator draws."""

    name = "negatives"
    unit = "images"

    def __init__(self, figure="closeness", seed=0):
        data = squares(seed=seed)
        self.figure, self.keywords = figure, {"in_channels": 1, "scale": 2}
        self.images, self.held_out = (part.inputs.float() / 255 for part in (data.train, data.test))

    def __len__(self):
        return len(self.images)

    def batch(self, indices, generator, settings):  # noqa: ARG002
        images = self.images[indices]
        return images + 0.1 * torch.rand(images.shape, generator=generator), 1 - images

    def loss(self, model, batch, settings):  # noqa: ARG002
        made = model(batch[0])
        errors = (made - batch[1]).square().mean((1, 2, 3))
        return errors.mean(), float((1 - errors.detach()).sum()) if self.figure else 0.0

    def measure(self, model):
        with torch.inference_mode():
            error = float((model(self.held_out) - (1 - self.held_out)).square().mean())
        return Closeness(error, 1 - error if self.figure else 0.0)

    def checksum(self):
        return checksum_of(self.images, self.held_out)

    def exhibit(self, model):
        with torch.inference_mode():
            return {"image": self.held_out[:3], "made": model(self.held_out[:3]).clone()}


def open_negatives(source, asked, defaults):
    """Open the lesson; its source may name the seed of the noise."""
    assert defaults == {"in_channels": 1, "scale": 2}
    assert set(asked) <= {"in_channels", "scale"}, asked
    if source not in {None, "1"}:
        raise FileNotFoundError(f"no negatives {source!r}")
    return Negatives(seed=int(source or 0))


def enter(monkeypatch):
    """Register `turner`, for super-resolution, whose lesson is that of negatives."""
    monkeypatch.setattr(registry, "_ENTRIES", dict(registry._ENTRIES))
    monkeypatch.setitem(lessons.OPENERS, "super-resolution", open_negatives)

    @register("turner", paper="none", year=2000, task="super-resolution", recipe=RECIPE)
    def turner(*, in_channels=1, scale=2):  # noqa: ARG001
        return nn.Sequential(nn.Conv2d(in_channels, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, in_channels, 1))
