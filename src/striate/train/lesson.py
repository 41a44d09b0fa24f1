"""What the training loop asks of a task: samples, what is made of a batch of them, and how well they were learnt."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from striate.train.settings import Settings


class Measured(Protocol):
    """How well a model does on the held-out part of a lesson."""

    @property
    def loss(self) -> float:
        """The mean loss."""

    @property
    def figure(self) -> float:
        """The lesson's figure of merit; 0 where it has none."""

    def as_json(self) -> dict[str, Any]:
        """Return what `metrics.json` holds."""

    def sentence(self) -> str:
        """Return the result in words, such as "Test accuracy 99.43%: 57 errors in 10,000 images", with no full stop."""


@runtime_checkable
class Lesson(Protocol):
    """What there is to learn. The loop knows nothing else of a task, and a lesson nothing of the loop.

    A class that names `Lesson` as its base inherits what has a default here.

    Attributes:
        name: Of the data: "mnist", "scenes", a folder's name.
        keywords: Of `striate.models.create`, those that the data decide, such as in_channels, image_size and classes.
        figure: The figure of merit, a name in `striate.train.figures` or a new one, the larger the better: "acc",
            "iou", "psnr". "" where the loss says all.
        unit: What a sample is, in the plural: "images", "texts", "signals".
        augments: Whether `batch` heeds `settings.augment`; where it does not, a training that asks for it is refused.
    """

    name: str
    keywords: Mapping[str, Any]
    figure: str
    unit: str = "samples"
    augments: bool = False

    def __len__(self) -> int:
        """Return the number of training samples, each of which is seen once an epoch."""
        ...

    def batch(self, indices: Tensor, generator: torch.Generator, settings: Settings) -> tuple[Tensor, ...]:
        """Return some training samples on the CPU: the input and what belongs to it, each with a row a sample.

        Args:
            indices: int64 (B,), of the samples, each in 0 to `len(self) - 1`.
            generator: All that is drawn (crops, noise, masks, warps) is drawn from it, so that a resumed training, and
                one on several processes, sees what the uninterrupted one saw.
            settings: Of the training; `augment` and `batch_size` may matter.
        """
        ...

    def loss(self, model: nn.Module, batch: tuple[Tensor, ...], settings: Settings) -> tuple[Tensor, float]:
        """Return a batch's mean loss, and the sum over its samples of the figure of merit (0.0 where there is none).

        Args:
            model: In training mode.
            batch: What `batch` returned, on the model's device.
            settings: Of the training; `label_smoothing` may matter.
        """
        ...

    def measure(self, model: nn.Module) -> Measured:
        """Return how well a model does on the held-out part; every module is left in the mode it was in."""
        ...

    def checksum(self) -> str:
        """Return a checksum of everything that is learnt from and measured on."""
        ...

    def keep(self, folder: Path) -> None:  # noqa: ARG002  what a lesson may override
        """Write into a run's folder what a user of the model needs besides its weights; nothing by default."""
        return

    def exhibit(self, model: nn.Module) -> dict[str, Tensor]:  # noqa: ARG002  what a lesson may override
        """Return rows of images to look at, each of (count, C, H, W) in [0, 1] by its title; none by default."""
        return {}
