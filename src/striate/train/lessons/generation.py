"""The lesson of generation: images, to make more of their kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any

import torch
from torch import Tensor, nn

from striate.data import ImageData, load, stream
from striate.engine.evaluating import evaluating
from striate.models.generative import as_generative
from striate.train.checksum import checksum_of
from striate.train.determinism import kept_generators, seed_generators
from striate.train.lesson import Lesson
from striate.train.metrics import BATCH, device_of
from striate.train.settings import Settings

EXHIBITED = 16  # images


@dataclass(frozen=True)
class GenerationMetrics:
    """What a model's own objective is on held-out images.

    Args:
        loss: a mean over the images.
        images: how many.
        meaning: of the loss, as the model says it.

    >>> GenerationMetrics(104.25, 10000, "nats an image").sentence()
    'Test loss 104.25 on 10,000 images (nats an image)'
    """

    loss: float
    images: int
    meaning: str

    figure = 0.0  # the loss says all

    def as_json(self) -> dict[str, Any]:
        """Return what `metrics.json` holds."""
        return {"loss": self.loss, "images": self.images, "meaning": self.meaning}

    def sentence(self) -> str:
        """Return the result in words."""
        return f"Test loss {self.loss:.2f} on {self.images:,} images ({self.meaning})"


class GenerationLesson(Lesson):
    """Images without labels, which a model learns to make by its own `objective`.

    Args:
        data: the images; their labels are not used.

    >>> from striate.data import Images
    >>> from striate.models import create
    >>> images = Images(torch.zeros(3, 1, 8, 8, dtype=torch.uint8), torch.zeros(3, dtype=torch.int64))
    >>> lesson = GenerationLesson(ImageData("black", images, images, ("black",)))
    >>> lesson.measure(create("vae", image_size=8)).images
    3
    """

    figure = ""
    unit = "images"

    def __init__(self, data: ImageData) -> None:
        self.data, self.name = data, data.name
        self.keywords = {"in_channels": data.channels, "image_size": data.image_size}

    def __len__(self) -> int:
        return len(self.data.train)

    def batch(self, indices: Tensor, generator: torch.Generator, settings: Settings) -> tuple[Tensor, ...]:  # noqa: ARG002
        """Return float images in [0, 1]."""
        return (self.data.train.images[indices].float().div_(255),)

    def loss(self, model: nn.Module, batch: tuple[Tensor, ...], settings: Settings) -> tuple[Tensor, float]:  # noqa: ARG002
        """Return the model's objective."""
        return as_generative(model).objective(*batch), 0.0

    def measure(self, model: nn.Module) -> GenerationMetrics:
        """Return the model's objective on the test images, with the same codes at every call."""
        maker, images, device = as_generative(model), self.data.test.images, device_of(model)
        total = 0.0
        with evaluating(model), torch.inference_mode(), kept_generators(device):
            seed_generators(0, device)
            for pixels in images.split(BATCH):
                total += float(maker.objective(pixels.to(device).float() / 255)) * len(pixels)
        return GenerationMetrics(total / len(images), len(images), maker.meaning)

    def checksum(self) -> str:
        """Return the CRC-32 of all pixels, in hexadecimal."""
        return checksum_of(self.data.train.images, self.data.test.images)

    def exhibit(self, model: nn.Module) -> dict[str, Tensor]:
        """Return images that the model makes of the same codes at every call, and some that are real."""
        codes = torch.randn(EXHIBITED, as_generative(model).latent, generator=stream(0))
        with evaluating(model), torch.inference_mode():
            made = as_generative(model).decode(codes.to(device_of(model))).cpu().clone()
        return {"made": made, "real": self.data.test.images[:EXHIBITED].float() / 255}


def open_generation(
    source: str | PathLike[str] | ImageData | None, asked: Mapping[str, Any], _: Mapping[str, object]
) -> GenerationLesson:
    """Return the lesson of MNIST, or of what else `striate.data.load` loads, in the size and channels asked for."""
    if isinstance(source, ImageData):
        return GenerationLesson(source)
    data = load(
        "mnist" if source is None else source, image_size=asked.get("image_size"), channels=asked.get("in_channels")
    )
    return GenerationLesson(data)
