"""Rows written to a file as they come, CSV or Parquet; the file appears when it is whole."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from striate.runtimes.extras import required
from striate.train.files import opened_atomically

Columns = Mapping[str, Sequence[Any]]


class Table(Protocol):
    """What takes rows, some at a time."""

    def write(self, columns: Columns) -> None:
        """Add rows, given by columns of one length."""


@contextmanager
def opened_table(path: Path, types: Mapping[str, str]) -> Iterator[Table]:
    """Open a file for rows; it replaces what was there at the end of a `with` block that raises nothing.

    Args:
        path: Ends in `.csv` or `.parquet`.
        types: Of each column: "string", "float" or "bool"; None in a column is an empty cell.

    Raises:
        ValueError: Another suffix.
        RuntimeError: Parquet without pyarrow, whose extra is named.
        FileNotFoundError: The folder is missing.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with opened_table(Path(folder) / "rows.csv", {"name": "string", "share": "float"}) as table:
    ...         table.write({"name": ["a", "b"], "share": [0.5, None]})
    ...     (Path(folder) / "rows.csv").read_text().split()
    ['name,share', 'a,0.5', 'b,']
    """
    if path.suffix not in {".csv", ".parquet"}:
        raise ValueError(f"output {path} must end in .csv or .parquet")
    if path.suffix == ".parquet":
        required("pyarrow", "parquet", "writing Parquet")
    with opened_atomically(path) as file:
        if path.suffix == ".csv":
            text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
            try:
                yield _Csv(text, types)
            finally:
                text.detach()  # the file is closed below
        else:
            table = _Parquet(file, types)
            try:
                yield table
            finally:
                table.close()  # on an error too: pyarrow writes the end before the file is closed


class _Csv:
    def __init__(self, file: io.TextIOWrapper, names: Iterable[str]) -> None:
        self._names = tuple(names)
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow(self._names)

    def write(self, columns: Columns) -> None:
        self._writer.writerows(zip(*(columns[name] for name in self._names), strict=True))


class _Parquet:
    def __init__(self, file: Any, types: Mapping[str, str]) -> None:  # noqa: ANN401
        self._arrow = required("pyarrow", "parquet", "writing Parquet")
        kinds = {"string": self._arrow.string(), "float": self._arrow.float64(), "bool": self._arrow.bool_()}
        self._schema = self._arrow.schema([(name, kinds[kind]) for name, kind in types.items()])
        self._writer = required("pyarrow.parquet", "parquet", "writing Parquet").ParquetWriter(file, self._schema)

    def write(self, columns: Columns) -> None:
        rows = {name: list(columns[name]) for name in self._schema.names}
        self._writer.write_table(self._arrow.table(rows, schema=self._schema))

    def close(self) -> None:
        self._writer.close()
