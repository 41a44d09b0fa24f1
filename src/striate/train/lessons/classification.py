"""The lesson of labelled images."""

from collections.abc import Mapping
from functools import cached_property
from os import PathLike
from typing import Any

import torch
from torch import Tensor, nn

from striate.data import ImageData, augmented, load
from striate.train.checksum import checksum_of
from striate.train.lesson import Lesson
from striate.train.metrics import Metrics, loss_of, measure, scores_of
from striate.train.settings import Settings


class ImageLesson(Lesson):
    """Images to be told apart, from scores (N, classes).

    Args:
        data: The images.

    >>> from striate.data import Images
    >>> images = Images(torch.zeros(3, 1, 8, 8, dtype=torch.uint8), torch.tensor([0, 1, 1]))
    >>> lesson = ImageLesson(ImageData("tiny", images, images, ("a", "b")))
    >>> len(lesson), lesson.keywords
    (3, {'in_channels': 1, 'image_size': (8, 8), 'classes': 2})
    """

    figure = "acc"
    unit = "images"
    augments = True

    def __init__(self, data: ImageData) -> None:
        self.data = data
        self.name = data.name
        self.keywords = {
            "in_channels": data.channels,
            "image_size": data.image_size,
            "classes": len(data.classes),
        }

    def __len__(self) -> int:
        return len(self.data.train)

    @cached_property
    def dark_background(self) -> bool:
        """Whether the images are light on dark."""
        return self.data.dark_background

    def batch(self, indices: Tensor, generator: torch.Generator, settings: Settings) -> tuple[Tensor, ...]:
        """Return float images in [0, 1], varied as is asked for, and labels."""
        images = self.data.train.images[indices].float().div_(255)
        fill = 0.0 if self.dark_background else 1.0
        images = augmented(images, settings.augment, generator=generator, fill=fill)
        return images, self.data.train.labels[indices]

    def loss(self, model: nn.Module, batch: tuple[Tensor, ...], settings: Settings) -> tuple[Tensor, float]:
        """Return the mean loss and how many images were classified correctly."""
        images, labels = batch
        scores = scores_of(model, images, len(self.data.classes))
        return loss_of(model, scores, labels, settings.label_smoothing), float((scores.argmax(1) == labels).sum())

    def measure(self, model: nn.Module) -> Metrics:
        """Return the metrics on the test images."""
        return measure(model, self.data.test, self.data.classes)

    def checksum(self) -> str:
        """Return the CRC-32 of all pixels and labels, in hexadecimal."""
        parts = (self.data.train, self.data.test)
        return checksum_of(*(tensor for part in parts for tensor in (part.images, part.labels)))


def open_classification(
    source: str | PathLike[str] | ImageData | None, asked: Mapping[str, Any], _: Mapping[str, object]
) -> ImageLesson:
    """Return the lesson of MNIST, or of what else `striate.data.load` loads, in the size and channels asked for."""
    if isinstance(source, ImageData):
        return ImageLesson(source)
    data = load(
        "mnist" if source is None else source, image_size=asked.get("image_size"), channels=asked.get("in_channels")
    )
    return ImageLesson(data)
