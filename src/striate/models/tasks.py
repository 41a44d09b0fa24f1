"""What models are for: the keywords that every model of a task is built with, and an input to try it on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from striate.arithmetic.arguments import integer, integers

Values = Mapping[str, Any]

# Each keyword that means the same in every model, and how what is given for it is checked.
CHECKS: dict[str, Callable[[object], object]] = {
    "in_channels": lambda value: integer(value, "in_channels", 1),
    "image_size": lambda value: integers(value, 2, "image_size", 1),
    "volume_size": lambda value: integers(value, 3, "volume_size", 1),
    "classes": lambda value: integer(value, "classes", 2),
    "vocabulary": lambda value: integer(value, "vocabulary", 2),
    "latent": lambda value: integer(value, "latent", 1),
    "scale": lambda value: integer(value, "scale", 2),
}

LENGTH = 64  # of the texts and signals that models are tried on
SIDE = 32  # of the small images that are to be made larger


@dataclass(frozen=True)
class Task:
    """What the models of a task have in common.

    Args:
        takes: their input, in words.
        gives: their output, in words.
        keywords: what each is built with; a model may take options of its own besides.
        example: draws an input for so many samples, from the values of the keywords.
    """

    takes: str
    gives: str
    keywords: tuple[str, ...]
    example: Callable[[Values, int], Tensor]


def images(values: Values, batch: int) -> Tensor:
    """Draw images in [0, 1] of the channels and the size that a model is built for.

    >>> images({"in_channels": 3, "image_size": (8, 9)}, 2).shape
    torch.Size([2, 3, 8, 9])
    """
    return torch.rand(batch, values["in_channels"], *values["image_size"])


TASKS = {
    "classification": Task(
        takes="images in [0, 1], (N, in_channels, height, width)",
        gives="scores, (N, classes)",
        keywords=("in_channels", "image_size", "classes"),
        example=images,
    ),
    "segmentation": Task(
        takes="images in [0, 1], (N, in_channels, height, width)",
        gives="scores of each pixel, (N, classes, height, width)",
        keywords=("in_channels", "image_size", "classes"),
        example=images,
    ),
    "super-resolution": Task(
        takes="small images in [0, 1], (N, in_channels, height, width)",
        gives="images, (N, in_channels, scale * height, scale * width)",
        keywords=("in_channels", "scale"),
        example=lambda values, batch: torch.rand(batch, values["in_channels"], SIDE, SIDE),
    ),
    "generation": Task(
        takes="a code, (N, latent), or images to learn it from",
        gives="images, (N, in_channels, height, width)",
        keywords=("in_channels", "image_size", "latent"),
        example=lambda values, batch: torch.randn(batch, values["latent"]),
    ),
    "text": Task(
        takes="words by their numbers, int64 (N, length)",
        gives="scores, (N, classes)",
        keywords=("vocabulary", "classes"),
        example=lambda values, batch: torch.randint(values["vocabulary"], (batch, LENGTH)),
    ),
    "audio": Task(
        takes="signals in [-1, 1], (N, in_channels, time)",
        gives="scores at each time, (N, classes, time)",
        keywords=("in_channels", "classes"),
        example=lambda values, batch: 2 * torch.rand(batch, values["in_channels"], LENGTH) - 1,
    ),
    "volume": Task(
        takes="volumes or clips in [0, 1], (N, in_channels, depth, height, width)",
        gives="scores, (N, classes)",
        keywords=("in_channels", "volume_size", "classes"),
        example=lambda values, batch: torch.rand(batch, values["in_channels"], *values["volume_size"]),
    ),
    "pretraining": Task(
        takes="images in [0, 1], (N, in_channels, height, width), and a mask of patches",
        gives="the patches, (N, values a patch, rows, columns), and the mask",
        keywords=("in_channels", "image_size"),
        example=images,
    ),
}
