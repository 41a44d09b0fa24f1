"""The lesson of texts, which keeps the vocabulary with a run."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from striate.data import ImageData, TextData, load_texts
from striate.train.files import write_json
from striate.train.lessons.labelled import LabelledLesson
from striate.train.lessons.sources import checked_source

VOCABULARY = "vocabulary.json"


class TextLesson(LabelledLesson):
    """Classes to be told from texts.

    Args:
        data: texts as numbers, and their vocabulary.

    >>> from striate.data import load_texts
    >>> len(TextLesson(load_texts()))
    6000
    """

    def __init__(self, data: TextData) -> None:
        super().__init__(data)
        self.vocabulary = data.vocabulary

    def keep(self, folder: Path) -> None:
        """Write the vocabulary, the length of a text and the classes, without which the weights mean nothing."""
        write_json(
            folder / VOCABULARY,
            {
                "level": self.vocabulary.level,
                "length": self.data.train.inputs.shape[1],
                "classes": self.data.classes,
                "words": self.vocabulary.words,
            },
        )


def open_text(
    source: str | PathLike[str] | ImageData | None, asked: Mapping[str, Any], _: Mapping[str, object]
) -> TextLesson:
    """Return the lesson of the reviews, or of what else `striate.data.load_texts` loads."""
    found = checked_source("text", source, asked)
    return TextLesson(load_texts() if found is None else load_texts(found))
