"""What a training went through, an epoch a row."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, overload

from torch import nn

from striate.data import ImageData
from striate.train.files import write_atomically

if TYPE_CHECKING:
    from striate.train.lesson import Lesson, Measured

Row = dict[str, float]
_WHOLE = ("epoch",)


def columns_of(figure: str, unit: str) -> tuple[str, ...]:
    """Return the columns of a log.

    Args:
        figure: The name of the figure of merit, such as "acc"; "" where there is none.
        unit: What a sample is, in the plural.

    >>> columns_of("psnr", "images")
    ('epoch', 'loss', 'psnr', 'val_loss', 'val_psnr', 'lr', 'seconds', 'images_per_second')
    """
    trained, tested = ((figure,), (f"val_{figure}",)) if figure else ((), ())
    return ("epoch", "loss", *trained, "val_loss", *tested, "lr", "seconds", f"{unit}_per_second")


COLUMNS = columns_of("acc", "images")


class History:
    """The rows of a training, in Keras's words, and what came of it.

    A row has `epoch` (from 1), `loss` and `acc` (means over the epoch's training batches, as they were trained:
    augmented, smoothed), `val_loss` and `val_acc` (on the test images at its end), `lr` (of its last step), `seconds`
    (with the test) and `images_per_second` (of the training alone). What is no classification of images has its own
    figure of merit in the place of `acc`, such as `iou`, or none, and what its samples are in that of `images`.

    Args:
        rows: One an epoch.
        model: The trained model.
        lesson: What it was trained on.
        metrics: Of the trained model on the test images.
        run: The run folder, where there is one.

    >>> history = History([{"epoch": 1, "loss": 0.9, "val_acc": 0.8}, {"epoch": 2, "loss": 0.4, "val_acc": 0.9}])
    >>> len(history), history["val_acc"], history[-1]["loss"]
    (2, [0.8, 0.9], 0.4)
    """

    def __init__(
        self,
        rows: Iterable[Row] = (),
        *,
        model: nn.Module | None = None,
        lesson: "Lesson | None" = None,
        metrics: "Measured | None" = None,
        run: Path | None = None,
    ) -> None:
        self.rows = list(rows)
        self.model = model
        self.lesson = lesson
        self.metrics = metrics
        self.run = run

    @property
    def data(self) -> ImageData | None:
        """The labelled images that the model was trained on, where it was images that it was to tell apart."""
        from striate.train.lessons import ImageLesson  # noqa: PLC0415  a lesson's metrics need no history

        return self.lesson.data if isinstance(self.lesson, ImageLesson) else None

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the values of a row."""
        return tuple(self.rows[0]) if self.rows else COLUMNS

    @property
    def figure(self) -> str:
        """The name of the figure of merit, "acc" for a classifier; "" where there is none.

        >>> History([{"epoch": 1, "loss": 0.9, "psnr": 27.0, "val_loss": 0.8, "val_psnr": 28.0}]).figure
        'psnr'
        """
        tested = (name.removeprefix("val_") for name in self.columns if name.startswith("val_"))
        return next((name for name in tested if name != "loss"), "")

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @overload
    def __getitem__(self, key: str) -> list[float]: ...
    @overload
    def __getitem__(self, key: int) -> Row: ...
    def __getitem__(self, key: str | int) -> list[float] | Row:
        if isinstance(key, int):
            return self.rows[key]
        if key not in self.columns:
            raise KeyError(f"unknown column {key!r}; known are {', '.join(self.columns)}")
        return [row[key] for row in self.rows]

    def __repr__(self) -> str:
        last = ", ".join(f"{name}={value:.4g}" for name, value in self.rows[-1].items()) if self.rows else "empty"
        return f"History({len(self)} epochs; {last})"

    def by_epoch(self, column: str, factor: float = 1) -> dict[int, float]:
        """Return a column's values by their epochs, each times a factor.

        >>> History([{"epoch": 1, "acc": 0.75}]).by_epoch("acc", 100)
        {1: 75.0}
        """
        return {int(epoch): factor * value for epoch, value in zip(self["epoch"], self[column], strict=True)}

    def write_csv(self, path: Path) -> None:
        """Write the rows to a file, atomically, to six digits."""
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(self.columns)
        table.writerows([f"{row[name]:.6g}" for name in self.columns] for row in self.rows)
        write_atomically(path, text.getvalue().encode())

    @classmethod
    def read_csv(cls, path: Path) -> "History":
        """Read what `write_csv` wrote; a ValueError names the file where it is something else."""
        with path.open(newline="", encoding="utf-8") as file:
            try:
                table = csv.DictReader(file)
                columns = _known(table.fieldnames or ())
                return cls(
                    [
                        {name: int(row[name]) if name in _WHOLE else float(row[name]) for name in columns}
                        for row in table
                    ]
                )
            except (ValueError, TypeError, csv.Error) as error:
                raise ValueError(f"{path} is not the log of a run: {error}") from error


def _known(columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of a log; a ValueError where they are not those of any lesson."""
    found = tuple(columns)
    figure = found[2] if len(found) == len(COLUMNS) else ""
    unit = found[-1].removesuffix("_per_second") if found else ""
    if found != columns_of(figure, unit):
        raise ValueError(f"its columns are {list(found)}, not such as {list(COLUMNS)}")
    return found
