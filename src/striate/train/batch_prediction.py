"""Any number of image files classified in bounded memory, an unreadable one noted and passed over."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from striate.arithmetic.arguments import integer
from striate.data import read_image
from striate.data.image_file import EXTENSIONS
from striate.train.config import DataConfig
from striate.train.prediction import Invert, Predictor
from striate.train.tables import opened_table

COLUMNS = {"image": "string", "label": "string", "probability": "float", "inverted": "bool", "error": "string"}


@dataclass(frozen=True)
class Tally:
    """What came of many files.

    Args:
        images: How many there were.
        errors: How many of them could not be read.
    """

    images: int
    errors: int


class BatchPredictor:
    """A function of columns, for whatever maps batches over many machines; each makes its own.

    Args:
        path: A run folder, or a file that `striate.export` wrote.
        invert: As in `striate.predict`.

    `docs/interoperability.md` has it mapped by Ray Data and Spark.
    """

    def __init__(self, path: str | PathLike[str], invert: Invert = "auto") -> None:
        self.predictor = Predictor.open(path)
        self.invert = invert

    @property
    def data(self) -> DataConfig:
        """What the model was trained on."""
        data = self.predictor.data
        if data is None:
            raise TypeError("a predictor that was opened knows its data")
        return data

    def __call__(self, batch: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
        """Classify a batch of image files.

        Args:
            batch: Paths, as the column `image`; other columns are passed on.

        Returns:
            The columns of the batch, and `label`, `probability`, `inverted` and `error`; a file has the first three or
            the last, and None for what it lacks.
        """
        paths = [fspath(path) for path in batch["image"]]
        pixels, errors = read_images(paths, self.data)
        return {**{name: list(values) for name, values in batch.items()}, **self.classify(paths, pixels, errors)}

    def classify(self, paths: Sequence[str], pixels: Tensor, errors: Mapping[str, str]) -> dict[str, list[Any]]:
        """Return the columns for paths, given the pixels (N, C, H, W) of those that have no error."""
        found = iter(self.predictor(pixels, invert=self.invert) if len(pixels) else ())
        rows = [None if path in errors else next(found) for path in paths]
        return {
            "image": list(paths),
            "label": [row and row.label for row in rows],
            "probability": [row and row.probability for row in rows],
            "inverted": [row and row.inverted for row in rows],
            "error": [errors.get(path) for path in paths],
        }


def predict_files(
    path: str | PathLike[str],
    sources: Iterable[str | PathLike[str]],
    output: str | PathLike[str],
    *,
    invert: Invert = "auto",
    batch_size: int = 64,
    workers: int | None = None,
) -> Tally:
    """Classify image files and whole folders of them into a table, a row a file.

    Worker processes read the files while the model computes; a few batches are in memory at any time, however many
    files there are. The rows are in the order of the names within each folder.

    Args:
        path: A run folder, or a file that `striate.export` wrote.
        sources: Files, and folders, which are searched to any depth.
        output: A `.csv` or `.parquet` file, which appears when it is whole.
        invert: As in `striate.predict`.
        batch_size: Images that the model gets at once.
        workers: Processes that read; 0 reads in this one. One a core but one, and four at most, unless given.

    Raises:
        ValueError: Another suffix of `output`, a damaged model or run, a number out of range.
        FileNotFoundError: A source, the run or the folder of `output` is missing.
        RuntimeError: pyarrow is needed and missing.
    """
    integer(batch_size, "batch_size", 1)
    workers = min(4, (os.cpu_count() or 1) - 1) if workers is None else integer(workers, "workers", 0)
    predictor = BatchPredictor(path, invert)
    paths = files_in([Path(source) for source in sources])
    batches = DataLoader(
        _Reader(predictor.data),
        batch_sampler=iter(lambda: list(islice(paths, batch_size)), []),
        collate_fn=_as_it_is,
        num_workers=workers,
    )
    images = unread = 0
    with opened_table(Path(output), COLUMNS) as table:
        for names, pixels, errors in batches:
            table.write(predictor.classify(names, pixels, errors))
            images, unread = images + len(names), unread + len(errors)
    return Tally(images, unread)


def files_in(sources: Sequence[Path]) -> Iterator[str]:
    """Yield files, and the image files in folders at any depth, by name; a FileNotFoundError where one is missing.

    All sources are looked at before the first is searched; links to folders within folders are not followed, so that
    the search ends. Of a folder, the names of one level at a time are in memory.
    """
    for source in sources:
        if not source.exists():
            raise FileNotFoundError(f"there is no image file or folder {source}")
    return _walked(sources)


def read_images(paths: Sequence[str], data: DataConfig) -> tuple[Tensor, dict[str, str]]:
    """Return the pixels, uint8 (N, C, H, W), of the files that can be read, and what is wrong with the others."""
    read, errors = [], {}
    for path in paths:
        try:
            read.append(read_image(path, channels=data.channels, image_size=data.image_size))
        except (OSError, ValueError) as error:
            errors[path] = str(error)
    empty = torch.empty(0, data.channels, *data.image_size, dtype=torch.uint8)
    return torch.stack(read) if read else empty, errors


def _walked(sources: Iterable[Path]) -> Iterator[str]:
    for source in sources:
        if not source.is_dir():
            yield fspath(source)
            continue
        files: list[str] = []  # names, as a list of paths takes three times the memory
        folders: list[str] = []
        with os.scandir(source) as entries:
            for entry in entries:
                (folders if entry.is_dir(follow_symlinks=False) else files).append(entry.name)
        yield from (fspath(source / name) for name in sorted(files) if name.lower().endswith(EXTENSIONS))
        yield from _walked(source / name for name in sorted(folders))


class _Reader(Dataset[Any]):
    """Reads a batch of paths, in a worker process."""

    def __init__(self, data: DataConfig) -> None:
        self.data = data

    def __getitems__(self, paths: Sequence[str]) -> tuple[Sequence[str], Tensor, dict[str, str]]:
        pixels, errors = read_images(paths, self.data)
        return paths, pixels, errors


def _as_it_is(batch: Any) -> Any:  # noqa: ANN401
    return batch
