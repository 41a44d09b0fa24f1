"""What a training went through, an epoch a row."""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, overload

from torch import nn

from striate.data import ImageData
from striate.train.files import write_atomically

if TYPE_CHECKING:
    from striate.train.metrics import Metrics

Row = dict[str, float]
COLUMNS = ("epoch", "loss", "acc", "val_loss", "val_acc", "lr", "seconds", "images_per_second")
_WHOLE = ("epoch",)


class History:
    """The rows of a training, in Keras's words, and what came of it.

    A row has `epoch` (from 1), `loss` and `acc` (means over the epoch's training batches, as they were trained:
    augmented, smoothed), `val_loss` and `val_acc` (on the test images at its end), `lr` (of its last step), `seconds`
    (with the test) and `images_per_second` (of the training alone).

    Args:
        rows: One an epoch.
        model: The trained model.
        data: What it was trained on.
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
        data: ImageData | None = None,
        metrics: "Metrics | None" = None,
        run: Path | None = None,
    ) -> None:
        self.rows = list(rows)
        self.model = model
        self.data = data
        self.metrics = metrics
        self.run = run

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
        if key not in COLUMNS:
            raise KeyError(f"unknown column {key!r}; known are {', '.join(COLUMNS)}")
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
        table.writerow(COLUMNS)
        table.writerows([f"{row[name]:.6g}" for name in COLUMNS] for row in self.rows)
        write_atomically(path, text.getvalue().encode())

    @classmethod
    def read_csv(cls, path: Path) -> "History":
        """Read what `write_csv` wrote; a ValueError names the file where it is something else."""
        with path.open(newline="", encoding="utf-8") as file:
            try:
                table = csv.DictReader(file)
                if tuple(table.fieldnames or ()) != COLUMNS:
                    raise ValueError(f"its columns are {table.fieldnames}, not {list(COLUMNS)}")
                return cls(
                    [
                        {name: int(row[name]) if name in _WHOLE else float(row[name]) for name in COLUMNS}
                        for row in table
                    ]
                )
            except (ValueError, TypeError, csv.Error) as error:
                raise ValueError(f"{path} is not the log of a run: {error}") from error
