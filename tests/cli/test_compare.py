from pathlib import Path

import pytest
from pages import section
from samples import bars

from striate.train import compare, fit
from striate.train.comparison import COLUMNS


@pytest.fixture
def runs():
    """Two runs under runs/, where the command line would have put them."""
    for name, settings in (("a", {}), ("b", {"seed": 4})):
        fit("lenet5-modern", bars(size=16), epochs=2, threads=1, output=f"runs/{name}", **settings)
    return "runs/a", "runs/b"


def cells(line):
    return [cell.strip() for cell in line.split("  ") if cell.strip()]


def test_runs_stand_side_by_side_with_the_settings_that_differ(striate, runs):
    result = striate("compare", *runs)
    assert result.exit_code == 0, result.output
    first, second = result.stdout.strip().split("\n\n")
    columns = zip(COLUMNS, *(one.cells() for one in compare(runs)), strict=True)
    assert [cells(line) for line in first.splitlines()] == [list(row) for row in columns]
    assert [cells(line) for line in second.splitlines()] == [["setting", *runs], ["seed", "0", "4"]]


def test_a_page_is_written_too(striate, runs):
    result = striate("compare", *runs, "--html", "both.html")
    assert result.stdout.endswith("\nThe curves are in both.html\n")
    rows = section(Path("both.html").read_text(encoding="utf-8"), "Results").one("table").rows()
    assert [row[0] for row in rows] == ["run", *runs]


def test_equal_settings_are_said_to_be_equal(striate, runs):
    Path("runs/a").rename("runs/c")
    fit("lenet5-modern", bars(size=16), epochs=2, threads=1, output="runs/a")
    assert striate("compare", runs[0], "runs/c").stdout.endswith("\nNo setting differs.\n")


def test_mistakes_are_one_line(striate, runs):
    fit("lenet5-modern", bars(size=20), epochs=1, threads=1, output="runs/large")
    for words, message in (
        ([runs[0]], "runs: got 1, expected two or more"),
        ([runs[0], "absent"], "there is no run folder absent"),
        ([runs[0], "runs/large"], "cannot be compared; pass different_data=True (--different-data)"),
        ([*runs, "--html", "no/page.html"], "--html: there is no folder no to write page.html into; make it first"),
    ):
        result = striate("compare", *words)
        assert (result.exit_code, result.stdout) == (2, "")
        assert message in result.stderr
        assert result.stderr.count("\n") == 1
    assert striate("compare", runs[0], "runs/large", "--different-data").exit_code == 0
