"""The lesson of volumes and clips."""

from collections.abc import Mapping
from os import PathLike
from typing import Any

from striate.data import ImageData, load_volumes
from striate.train.lessons.labelled import LabelledLesson
from striate.train.lessons.sources import checked_source


def open_volume(
    source: str | PathLike[str] | ImageData | None, asked: Mapping[str, Any], _: Mapping[str, object]
) -> LabelledLesson:
    """Return the lesson of solids, or of what else `striate.data.load_volumes` loads, in the size asked for."""
    found = checked_source("volume", source, asked)
    if found is None:
        return LabelledLesson(load_volumes())
    return LabelledLesson(load_volumes(found, volume_size=asked.get("volume_size"), channels=asked.get("in_channels")))
