"""The lesson of signals, each of whose samples has a class."""

from collections.abc import Mapping
from os import PathLike
from typing import Any

from striate.data import ImageData, load_sounds
from striate.train.lessons.labelled import LabelledLesson
from striate.train.lessons.sources import checked_source


def open_audio(
    source: str | PathLike[str] | ImageData | None, asked: Mapping[str, Any], _: Mapping[str, object]
) -> LabelledLesson:
    """Return the lesson of speech, or of what else `striate.data.load_sounds` loads."""
    found = checked_source("audio", source, asked)
    data = load_sounds() if found is None else load_sounds(found, channels=asked.get("in_channels", 1))
    return LabelledLesson(data, "acc")
