"""The lessons by task: what the models of each task are trained on."""

from collections.abc import Callable, Mapping
from os import PathLike
from typing import Any

from striate import models
from striate.data import ImageData, LabelledData, TextData
from striate.train.lesson import Lesson
from striate.train.lessons.audio import open_audio
from striate.train.lessons.classification import ImageLesson, open_classification
from striate.train.lessons.generation import GenerationLesson, GenerationMetrics, open_generation
from striate.train.lessons.labelled import LabelledLesson, LabelledMetrics
from striate.train.lessons.pretraining import MaskedLesson, MaskedMetrics, open_pretraining
from striate.train.lessons.segmentation import SegmentationLesson, open_segmentation
from striate.train.lessons.super_resolution import (
    SuperResolutionLesson,
    SuperResolutionMetrics,
    open_super_resolution,
)
from striate.train.lessons.text import TextLesson, open_text
from striate.train.lessons.volume import open_volume

Source = str | PathLike[str] | ImageData | None

# What opens the lesson of a task, called with
# - the source: a name, a path, images in memory, or None for the task's own data, which are shipped or made;
# - the keywords of `models.create` that are asked for: by the user, or by the run that is gone on with;
# - those that the model has unless told otherwise (none for a module in no registry).
# It raises a ValueError, TypeError or FileNotFoundError for a source or a keyword it cannot serve.
Opener = Callable[[Source, Mapping[str, Any], Mapping[str, object]], Lesson]

OPENERS: dict[str, Opener] = {
    "classification": open_classification,
    "pretraining": open_pretraining,
    "segmentation": open_segmentation,
    "super-resolution": open_super_resolution,
    "generation": open_generation,
    "text": open_text,
    "audio": open_audio,
    "volume": open_volume,
}


def open_lesson(model: str | None, source: Source = None, asked: Mapping[str, Any] | None = None) -> Lesson:
    """Return the lesson of a registered model's task; a ValueError where there is none.

    Args:
        model: The model's name; None for a module in no registry, which is taken to be for classification.
        source: A name, a path, images in memory, or None for the task's own data.
        asked: Keywords of the model that the data are to fit, such as image_size; the data decide the rest.

    >>> lesson = open_lesson("lenet5", asked={"image_size": 32})
    >>> lesson.name, len(lesson), lesson.keywords["image_size"]
    ('mnist', 60000, (32, 32))
    """
    task, defaults = ("classification", {}) if model is None else (models.task(model), models.keywords(model))
    if task not in OPENERS:
        raise ValueError(
            f"model {model!r} is for {task}, and there are no data to train it on so far: pass a lesson of your own"
        )
    return OPENERS[task](source, asked or {}, defaults)


def lesson_of(data: LabelledData) -> LabelledLesson:
    """Return the lesson of labelled data in memory.

    >>> from striate.data import load_texts
    >>> type(lesson_of(load_texts())).__name__
    'TextLesson'
    """
    return TextLesson(data) if isinstance(data, TextData) else LabelledLesson(data)


__all__ = [
    "OPENERS",
    "GenerationLesson",
    "GenerationMetrics",
    "ImageLesson",
    "LabelledLesson",
    "LabelledMetrics",
    "MaskedLesson",
    "MaskedMetrics",
    "Opener",
    "SegmentationLesson",
    "Source",
    "SuperResolutionLesson",
    "SuperResolutionMetrics",
    "TextLesson",
    "lesson_of",
    "open_lesson",
]
