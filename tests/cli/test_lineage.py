import pytest

from striate.lineage import SYSTEMS, Figure, System, read_kept


@pytest.fixture
def made(monkeypatch):
    def measure(quick):
        yield Figure("error", 0.5 if quick else 0.25, ".0%", published="30 %", at_most=0.4)

    monkeypatch.setitem(
        SYSTEMS, "made", System("made", "Made up", 1999, "A. Paper", "striate made", "made.md", measure)
    )


def test_it_lists_what_was_measured(striate):
    result = striate("lineage", "neocognitron")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "Neocognitron, 1980: striate neocognitron"
    assert any("read linearly off U_C1" in line for line in lines)


@pytest.mark.usefixtures("made")
def test_a_check_fails_where_a_figure_is_out_of_bounds(striate):
    result = striate("lineage", "made", "--check")
    assert result.exit_code == 1
    assert "50 %  error; the paper: 30 %; FAILED, at most 40 %" in result.stdout
    assert result.stderr == "error: made: error is 50 %, not at most 40 %\n"


@pytest.mark.usefixtures("made")
def test_the_full_profile_is_kept(striate, tmp_path):
    result = striate("lineage", "made", "--check", "--profile", "full", "--keep", tmp_path / "kept.json")
    assert result.exit_code == 0, result.stderr
    assert read_kept(tmp_path / "kept.json")["made"].figures[0].value == 0.25


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["perceptron"], "systems: unknown system 'perceptron'; known are "),
        (["--profile", "full"], "--profile and --keep are about what --check measures: add --check"),
        (["--keep", "x.json"], "--profile and --keep are about what --check measures: add --check"),
    ],
)
def test_mistakes_are_named(striate, words, message):
    result = striate("lineage", *words)
    assert result.exit_code == 2
    assert message in result.stderr
