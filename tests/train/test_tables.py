import csv
import sys

import pytest

from striate.train.tables import opened_table

TYPES = {"name": "string", "share": "float", "seen": "bool"}


def written(path):
    with opened_table(path, TYPES) as table:
        assert not path.exists()
        table.write({"name": ['a,"b"', "Größe"], "share": [0.5, None], "seen": [True, None]})
        table.write({"seen": [False], "name": ["c\nd"], "share": [1e-300]})  # columns are found by name


def test_csv_has_all_rows(tmp_path):
    written(tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [[*TYPES], ['a,"b"', "0.5", "True"], ["Größe", "", ""], ["c\nd", "1e-300", "False"]]


def test_parquet_has_all_rows_and_their_types(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    written(tmp_path / "rows.parquet")
    table = parquet.read_table(tmp_path / "rows.parquet")
    assert [str(field.type) for field in table.schema] == ["string", "double", "bool"]
    assert table.to_pydict() == {
        "name": ['a,"b"', "Größe", "c\nd"],
        "share": [0.5, None, 1e-300],
        "seen": [True, None, False],
    }


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_nothing_appears_where_anything_goes_wrong(tmp_path, suffix):
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
    path = tmp_path / f"rows.{suffix}"
    path.write_text("of before")

    def interrupted():
        with opened_table(path, TYPES) as table:
            table.write({"name": ["a"], "share": [1.0], "seen": [True]})
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "of before"
    assert list(tmp_path.iterdir()) == [path]


def test_mistakes(tmp_path, monkeypatch):
    with (
        pytest.raises(ValueError, match=r"rows\.xlsx must end in \.csv or \.parquet"),
        opened_table(tmp_path / "rows.xlsx", TYPES),
    ):
        pass
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with (
        pytest.raises(RuntimeError, match=r"writing Parquet needs pyarrow, .*'striate\[parquet\]'"),
        opened_table(tmp_path / "rows.parquet", TYPES),
    ):
        pass
