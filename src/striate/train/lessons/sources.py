"""What a lesson may be opened with, checked."""

from collections.abc import Mapping
from os import PathLike
from typing import Any

from striate import models
from striate.data import ImageData


def checked_source(
    task: str, source: str | PathLike[str] | ImageData | None, asked: Mapping[str, Any]
) -> str | PathLike[str] | None:
    """Return where the data of a task are, None for its own.

    Args:
        task: the lesson's.
        source: a path, or None; a TypeError for images in memory.
        asked: keywords of `striate.models.create`; a ValueError for one that the task's models do not take.

    >>> checked_source("text", "reviews.tsv", {"vocabulary": 100})
    'reviews.tsv'
    """
    known = models.TASKS[task].keywords
    for keyword in asked:
        if keyword not in known:
            raise ValueError(f"{keyword} has no meaning for {task}, whose data decide {', '.join(known)}; leave it out")
    if isinstance(source, ImageData):
        raise TypeError(f"data {source.name!r} are images, and the model is for {task}; pass LabelledData or a path")
    return source
