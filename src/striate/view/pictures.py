"""The pictures of a run."""

from os import PathLike
from pathlib import Path
from typing import Any

from striate.data import ImageData
from striate.train import Lesson, Run
from striate.view.confusion import confusion_matrix
from striate.view.curves import learning_curves
from striate.view.deconvnet import deconvnet
from striate.view.exhibit import exhibit
from striate.view.filters import filters
from striate.view.maps import feature_maps
from striate.view.mistakes import mistakes
from striate.view.picture import Picture


def run_pictures(run: str | PathLike[str], data: ImageData | None = None) -> list[Path]:
    """Draw a run's learning curves, first filters, feature maps, a projection, confusions and mistakes into its folder.

    Args:
        run: The path of a finished run's folder.
        data: What it was trained on, where that is in memory; loaded otherwise.

    The feature maps are those of the first test image, which is written beside them as `example.png`; the DeconvNet
    projection is that of the last layer with maps of more than one place, of the unit that this image excites most. The
    files' paths are returned.
    """
    from PIL import Image  # noqa: PLC0415  30 ms that only pictures need

    opened = Run.open(run)
    data = opened.load_data() if data is None else data
    model = opened.load_model()
    example = data.test.images[0]
    pictures: dict[str, Picture[Any]] = {
        "learning_curves": learning_curves(opened.log),
        "filters": filters(model),
        "feature_maps": feature_maps(model, example),
        "deconvnet": deconvnet(model, example),
        "confusion": confusion_matrix(opened.confusion(), data.classes),
        "mistakes": mistakes(model, data),
    }
    paths = [picture.save(opened.path / f"{name}.png") for name, picture in pictures.items()]
    pixels = example.permute(1, 2, 0).squeeze(2) if len(example) == 1 else example.permute(1, 2, 0)
    Image.fromarray(pixels.numpy()).save(opened.path / "example.png")
    return [*paths, opened.path / "example.png"]


def lesson_pictures(run: str | PathLike[str], lesson: Lesson | None = None) -> list[Path]:
    """Draw the learning curves of a run, and what its lesson shows of its model, into its folder.

    Args:
        run: The path of the folder of a run that is no classification of images.
        lesson: What it was trained on, where that is in memory; opened otherwise.

    The files are `learning_curves.png` and, where the lesson has something to show, `example.png`; their paths are
    returned.
    """
    opened = Run.open(run)
    lesson = opened.load_lesson() if lesson is None else lesson
    pictures: dict[str, Picture[Any]] = {"learning_curves": learning_curves(opened.log)}
    if rows := lesson.exhibit(opened.load_model()):
        pictures["example"] = exhibit(rows, f"{opened.config.model} on {lesson.name}")
    return [picture.save(opened.path / f"{name}.png") for name, picture in pictures.items()]
