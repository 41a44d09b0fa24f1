"""`evaluate`: how well a model or a run does on data that it has not learnt from."""

from os import PathLike
from typing import overload

from torch import nn

from striate.data import ImageData, LabelledData, load
from striate.train.config import DataConfig
from striate.train.lesson import Lesson, Measured
from striate.train.lessons import ImageLesson, LabelledLesson, LabelledMetrics
from striate.train.metrics import Metrics
from striate.train.run import Run


@overload
def evaluate(model_or_run: nn.Module, data: str | PathLike[str] | ImageData | None = None) -> Metrics: ...
@overload
def evaluate(model_or_run: nn.Module, data: LabelledData) -> LabelledMetrics: ...
@overload
def evaluate(
    model_or_run: nn.Module | str | PathLike[str],
    data: str | PathLike[str] | ImageData | LabelledData | Lesson | None = None,
) -> Measured: ...
def evaluate(
    model_or_run: nn.Module | str | PathLike[str],
    data: str | PathLike[str] | ImageData | LabelledData | Lesson | None = None,
) -> Measured:
    """Measure a model on the test part of a data set.

    Args:
        model_or_run: A module, which for images takes float in [0, 1], or the path of a run folder.
        data: What `fit` takes. None: the run's own, or "mnist" for a module. For a run they are loaded with the sizes
            that its model has, such as the channels and the size of an image.

    Raises:
        ValueError: The data do not fit the run, or a file, which is named, is damaged.
        FileNotFoundError: A file, which is named, is missing.

    >>> import torch
    >>> from striate.data import ImageData, Images
    >>> images = Images(torch.arange(8, dtype=torch.uint8).reshape(2, 1, 2, 2), torch.tensor([0, 1]))
    >>> data = ImageData("tiny", train=images, test=images, classes=("small", "large"))
    >>> metrics = evaluate(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 2)), data)
    >>> metrics.images, metrics.confusion.shape
    (2, torch.Size([2, 2]))
    """
    if isinstance(model_or_run, nn.Module):
        found = data if isinstance(data, ImageData | LabelledData | Lesson) else load("mnist" if data is None else data)
        return _lesson(found).measure(model_or_run)
    run = Run.open(model_or_run)
    return lesson_for(run, data).measure(run.load_model())


def lesson_for(run: Run, data: str | PathLike[str] | ImageData | LabelledData | Lesson | None) -> Lesson:
    """Return a lesson that fits what a run was trained on."""
    if isinstance(run.config.data, DataConfig) and not isinstance(data, LabelledData | Lesson):
        return ImageLesson(data_for(run, data))
    lesson = _lesson(data) if isinstance(data, LabelledData | Lesson) else run.load_lesson(data)
    if (found := dict(lesson.keywords)) != (expected := run.config.data.keywords):
        raise ValueError(f"data {lesson.name!r} have {found}, but {run.path} was trained with {expected}")
    return lesson


def _lesson(data: ImageData | LabelledData | Lesson) -> Lesson:
    if isinstance(data, ImageData):
        return ImageLesson(data)
    return LabelledLesson(data) if isinstance(data, LabelledData) else data


def data_for(run: Run, data: str | PathLike[str] | ImageData | None) -> ImageData:
    """Return images that fit what a run was trained on."""
    own = run.images
    if data is None:
        return run.load_data()
    loaded = data if isinstance(data, ImageData) else load(data, image_size=own.image_size, channels=own.channels)
    for name in ("classes", "channels", "image_size"):
        found, expected = getattr(loaded, name), getattr(own, name)
        if found != expected:
            raise ValueError(f"data {loaded.name!r} has {name} {found}, but {run.path} was trained with {expected}")
    return loaded
