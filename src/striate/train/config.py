"""`config.json`: every value that decided a run, defaults included."""

import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import torch

from striate import __version__
from striate.data import ImageData
from striate.train.files import read_json, write_json
from striate.train.lesson import Lesson
from striate.train.lessons.classification import ImageLesson
from striate.train.settings import Settings


def _versions() -> dict[str, str]:
    return {
        "striate": __version__,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
    }


@dataclass(frozen=True)
class DataConfig:
    """What images a run was trained to tell apart.

    Args:
        source: What `striate.data.load` was asked for; None where the data were given in memory.
        name: The data's.
        classes: Their names, in the order of the labels.
        channels: Of an image.
        image_size: Height and width.
        dark_background: Whether the images are light on dark.
        train: How many images were trained on.
        test: How many were tested on.
        checksum: CRC-32 of all pixels and labels, in hexadecimal.
    """

    source: str | None = field(compare=False)  # a folder may be moved; the checksum knows its images again
    name: str
    classes: tuple[str, ...]
    channels: int
    image_size: tuple[int, int]
    dark_background: bool
    train: int
    test: int
    checksum: str

    @classmethod
    def of(cls, data: ImageData, source: str | None) -> "DataConfig":
        """Describe data that were loaded from a source."""
        return cls(
            source=source,
            name=data.name,
            classes=tuple(data.classes),
            channels=data.channels,
            image_size=data.image_size,
            dark_background=data.dark_background,
            train=len(data.train),
            test=len(data.test),
            checksum=ImageLesson(data).checksum(),
        )

    @property
    def keywords(self) -> dict[str, Any]:
        """The keywords of `striate.models.create` that the images decide."""
        return {"in_channels": self.channels, "image_size": self.image_size, "classes": len(self.classes)}

    @property
    def figure(self) -> str:
        """The figure of merit."""
        return "acc"


@dataclass(frozen=True)
class LessonConfig:
    """What a run was trained on, where that is no classification of images.

    Args:
        source: What the lesson was opened with; None where it was given in memory, "" for the task's own data.
        name: The lesson's.
        keywords: Of `striate.models.create`, those that the data decide.
        figure: The figure of merit.
        train: How many samples were trained on.
        checksum: The lesson's.
    """

    source: str | None = field(compare=False)
    name: str
    keywords: dict[str, Any]
    figure: str
    train: int
    checksum: str

    @classmethod
    def of(cls, lesson: Lesson, source: str | None) -> "LessonConfig":
        """Describe a lesson that was opened from a source."""
        return cls(
            source=source,
            name=lesson.name,
            keywords=dict(lesson.keywords),
            figure=lesson.figure,
            train=len(lesson),
            checksum=lesson.checksum(),
        )


def describe(lesson: Lesson, source: str | None) -> DataConfig | LessonConfig:
    """Return what a config says of a lesson that was opened from a source."""
    return DataConfig.of(lesson.data, source) if isinstance(lesson, ImageLesson) else LessonConfig.of(lesson, source)


@dataclass(frozen=True)
class Config:
    """Every value that decided a run.

    Args:
        model: A registered name, or the class of a module of the user's own.
        registered: Whether `striate.models.create` can build it again.
        data: What it was trained on.
        settings: How it was trained.
        options: Keywords of `striate.models.create` that were given besides.
        start: The run from whose encoder it began, if from any; not compared, since a resumed run has its own weights.
        versions: Of what trained it; kept for the record, not compared.
    """

    model: str
    registered: bool
    data: DataConfig | LessonConfig
    settings: Settings
    options: dict[str, Any] = field(default_factory=dict)
    start: str | None = field(default=None, compare=False)
    versions: dict[str, str] = field(default_factory=_versions, compare=False)

    @property
    def keywords(self) -> dict[str, Any]:
        """All that `striate.models.create` is given; a ValueError where an option is decided by the data."""
        for name in self.options:
            if name in self.data.keywords:
                raise ValueError(
                    f"options: the data decide {name}, which is {self.data.keywords[name]!r}; leave it out"
                )
        return {**self.data.keywords, **self.options}

    def write(self, path: Path) -> None:
        """Write it as JSON."""
        write_json(path, asdict(self))

    @classmethod
    def read(cls, path: Path) -> "Config":
        """Read what `write` wrote; a ValueError names the file where it is damaged or foreign."""
        content = read_json(path)
        try:
            data, settings = read_data(content["data"]), Settings(**content["settings"])
            return cls(**{**content, "data": data, "settings": settings})
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path} is not the config of a striate run: {error!r}") from error

    def check_resumable(self, asked: "Config", path: Path) -> None:
        """Raise a ValueError that names the first value in which what a run is to go on with differs from its own.

        Args:
            asked: What the run is to go on with.
            path: The run folder.
        """
        if asked.model != self.model:
            raise ValueError(
                f"{path} is a run of model {self.model!r} and cannot go on with {asked.model!r}; choose another output"
            )
        for name, ours, theirs in (*_differences(self, asked), *_other_options(self, asked)):
            raise ValueError(
                f"{path} was started with {name} {ours!r} and cannot go on with {theirs!r}: "
                f"leave {name} as it was, or start a new run"
            )


def _other_options(ours: Config, asked: Config) -> Iterator[tuple[str, Any, Any]]:
    if ours.options != asked.options:
        yield "options", ours.options, asked.options


def read_data(content: dict[str, Any]) -> DataConfig | LessonConfig:
    """Return what was trained on from its values, as JSON has them; a KeyError or TypeError where they are others."""
    if "keywords" in content:
        keywords = {
            name: tuple(value) if isinstance(value, list) else value for name, value in content["keywords"].items()
        }
        return LessonConfig(**{**content, "keywords": keywords})
    return DataConfig(**{**content, "classes": tuple(content["classes"]), "image_size": tuple(content["image_size"])})


def _differences(ours: Config, asked: Config) -> Iterator[tuple[str, Any, Any]]:
    """Yield the name and both values of each setting, then of each property of the data, that differs."""
    pairs: tuple[tuple[str, Any, Any], ...] = (("", ours.settings, asked.settings), ("data ", ours.data, asked.data))
    for prefix, one, other in pairs:
        for item in fields(one):
            pair = getattr(one, item.name), getattr(other, item.name, None)
            if item.compare and pair[0] != pair[1]:
                yield prefix + item.name, *pair
