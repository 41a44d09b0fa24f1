"""The lesson of masked images: what is hidden is to be made again, and nobody says what it shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any

import torch
from torch import Tensor, nn

from striate.data import ImageData, load, stream
from striate.engine.evaluating import evaluating
from striate.train.checksum import checksum_of
from striate.train.lesson import Lesson
from striate.train.metrics import BATCH, device_of
from striate.train.settings import Settings

HELD_OUT, SHARE = 1000, 20  # images that are measured on: at most so many, and at most one in so many
SHOWN = 8  # of them are exhibited

_SPLIT, _MASKS, _EXHIBIT = range(3)  # set apart what is drawn for each


@dataclass(frozen=True)
class MaskedMetrics:
    """How well a model makes what is hidden.

    Args:
        loss: Mean squared error of the hidden patches, each normalised to mean 0 and variance 1.
        images: How many were measured.

    >>> MaskedMetrics(0.25, 1000).sentence()
    'Mean squared error 0.2500 of the hidden patches, normalised, in 1,000 held-out training images'
    """

    loss: float
    images: int

    @property
    def figure(self) -> float:
        """There is none but the loss."""
        return 0.0

    def as_json(self) -> dict[str, Any]:
        """Return what `metrics.json` holds."""
        return {"loss": self.loss, "images": self.images}

    def sentence(self) -> str:
        """Return the result in words."""
        return (
            f"Mean squared error {self.loss:.4f} of the hidden patches, normalised, in {self.images:,} held-out "
            "training images"
        )


class MaskedLesson(Lesson):
    """Images whose hidden patches are to be made from those that are seen.

    It is for models that draw a mask, make patches and have a loss of their own, such as `striate.models.fcmae.FCMAE`.
    It has no labels, and of a data set no test images: some of the training images are held out to measure on.

    Args:
        name: Of the data.
        images: uint8 (N, C, H, W), at least two.

    Raises:
        ValueError: Fewer images.

    >>> from striate import models
    >>> lesson = MaskedLesson("noise", torch.randint(256, (40, 1, 8, 8), dtype=torch.uint8))
    >>> len(lesson), lesson.measure(models.create("fcmae-mini", image_size=8)).images
    (38, 2)
    """

    figure = ""
    unit = "images"

    def __init__(self, name: str, images: Tensor) -> None:
        if len(images) < 2:
            raise ValueError(f"images: came as {len(images)}, expected at least 2, one of which is held out")
        self.name = name
        self.keywords = {"in_channels": images.shape[1], "image_size": tuple(images.shape[2:])}
        self._images = images
        order = torch.randperm(len(images), generator=stream(_SPLIT))
        held_out = max(1, min(HELD_OUT, len(images) // SHARE))
        self._held_out, self._learnt = order[:held_out], order[held_out:]

    def __len__(self) -> int:
        return len(self._learnt)

    def batch(self, indices: Tensor, generator: torch.Generator, settings: Settings) -> tuple[Tensor, ...]:  # noqa: ARG002
        """Return float images in [0, 1]."""
        return (self._images[self._learnt[indices]].float().div_(255),)

    def loss(self, model: nn.Module, batch: tuple[Tensor, ...], settings: Settings) -> tuple[Tensor, float]:  # noqa: ARG002
        """Return the model's own loss, under a mask from torch's generator, which the loop seeds for each step."""
        (images,) = batch
        loss: Tensor = model.loss(model(images), images)  # type: ignore[operator]
        return loss, 0.0

    def measure(self, model: nn.Module) -> MaskedMetrics:
        """Return the loss on the images that are held out, under masks that are always the same."""
        total, device = 0.0, device_of(model)
        with evaluating(model), torch.inference_mode():
            for number, part in enumerate(self._held_out.split(BATCH)):
                images = self._images[part].float() / 255
                mask = model.draw_mask(images, stream(_MASKS, number)).to(device)  # type: ignore[operator]
                images = images.to(device)
                total += float(model.loss(model(images, mask), images)) * len(images)  # type: ignore[operator]
        return MaskedMetrics(total / len(self._held_out), len(self._held_out))

    def checksum(self) -> str:
        """Return the CRC-32 of all pixels, in hexadecimal."""
        return checksum_of(self._images)

    def exhibit(self, model: nn.Module) -> dict[str, Tensor]:
        """Return some images that were held out, what is seen of them, and what is made of that."""
        images = self._images[self._held_out[:SHOWN]].float() / 255
        mask = model.draw_mask(images, stream(_EXHIBIT))  # type: ignore[operator]
        with evaluating(model), torch.inference_mode():
            on_device = images.to(device_of(model))
            made = model.fill(model(on_device, mask.to(on_device)), on_device).cpu()  # type: ignore[operator]
        cell = [side // cells for side, cells in zip(images.shape[2:], mask.shape[2:], strict=True)]
        seen = mask.repeat_interleave(cell[0], 2).repeat_interleave(cell[1], 3)
        return {"what is seen": torch.where(seen == 1, images, 0.5), "what is made": made.clone(), "the image": images}


def open_pretraining(
    source: str | PathLike[str] | ImageData | None, asked: Mapping[str, Any], _: Mapping[str, object]
) -> MaskedLesson:
    """Return the lesson of MNIST's training images, or of those that `striate.data.load` loads."""
    if not isinstance(source, ImageData):
        source = load(
            "mnist" if source is None else source, image_size=asked.get("image_size"), channels=asked.get("in_channels")
        )
    return MaskedLesson(source.name, source.train.images)
