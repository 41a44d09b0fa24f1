"""The page of arithmetic says what is so: its pictures are what its commands draw, byte for byte."""

import re
import runpy
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from striate.cli import app

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "arithmetic.md").read_text(encoding="utf-8")
MAKER = runpy.run_path(str(DOCS / "make_arithmetic.py"))


def test_the_pictures_are_what_the_commands_draw(tmp_path):
    (tmp_path / MAKER["PICTURES"]).mkdir(parents=True)
    MAKER["draw"](tmp_path)
    drawn = {path.name: path.read_bytes() for path in (tmp_path / MAKER["PICTURES"]).iterdir()}
    kept = {path.name: path.read_bytes() for path in (DOCS / MAKER["PICTURES"]).iterdir()}
    assert drawn.keys() == kept.keys()
    assert [name for name in drawn if drawn[name] != kept[name]] == []


def test_every_picture_is_shown_and_described():
    shown = re.findall(r"!\[(.+)\]\((.+?)\)", PAGE)
    assert len(shown) >= 14
    assert {path for _, path in shown} == {words[words.index("--svg") + 1] for words in MAKER["commands"]()}


def test_links_lead_somewhere():
    links = [link for link in re.findall(r"\]\((.+?)\)", PAGE) if not link.startswith("https:")]
    assert [link for link in links if not (DOCS / link).is_file()] == []


def test_other_commands_run():
    lines = [shlex.split(line) for line in re.findall(r"^striate (.+)$", PAGE, re.MULTILINE)]
    others = [words for words in lines if "--svg" not in words]
    assert others
    assert [words for words in others if CliRunner().invoke(app, words).exit_code] == []


def test_a_command_that_fails_is_named(tmp_path):
    with pytest.raises(RuntimeError, match="arithmetic --input 4 --kernel 3 --svg"):
        MAKER["draw"](tmp_path)  # which has no folder for pictures
