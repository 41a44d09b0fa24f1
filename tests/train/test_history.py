import pytest

from striate.train import History
from striate.train.history import COLUMNS

ROWS = [
    dict(zip(COLUMNS, (epoch, 0.5 / epoch, 0.9, 0.4, 0.91, 1e-3, 2.25, 1234.5), strict=True)) for epoch in (1, 2, 3)
]


def test_columns_rows_length_and_iteration():
    history = History(ROWS)
    assert len(history) == 3
    assert history["loss"] == [0.5, 0.25, 0.5 / 3]
    assert history[1]["epoch"] == 2
    assert [row["epoch"] for row in history] == [1, 2, 3]
    assert repr(history).startswith("History(3 epochs; epoch=3, loss=0.1667,")
    assert repr(History()) == "History(0 epochs; empty)"


def test_an_unknown_column_is_refused_with_the_list():
    with pytest.raises(KeyError, match="unknown column 'accuracy'; known are epoch, loss, acc"):
        History(ROWS)["accuracy"]


def test_a_log_comes_back_to_six_digits(tmp_path):
    path = tmp_path / "log.csv"
    History(ROWS).write_csv(path)
    assert path.read_text().splitlines()[:2] == [",".join(COLUMNS), "1,0.5,0.9,0.4,0.91,0.001,2.25,1234.5"]
    read = History.read_csv(path)
    assert read["epoch"] == [1, 2, 3]
    assert read["loss"] == pytest.approx([0.5, 0.25, 0.166667], abs=1e-9)


@pytest.mark.parametrize(
    "content", ["", "a,b\n1,2\n", ",".join(COLUMNS) + "\n1,2\n", ",".join(COLUMNS) + "\n1,x,0,0,0,0,0,0\n"]
)
def test_a_foreign_log_is_named(tmp_path, content):
    path = tmp_path / "log.csv"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"log\.csv is not the log of a run: "):
        History.read_csv(path)
