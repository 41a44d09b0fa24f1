"""README and the pages of the lineage show the figures that are kept, and lead somewhere."""

import re
import runpy
from pathlib import Path

import pytest

from striate.lineage import SYSTEMS, read_kept

ROOT = Path(__file__).parent.parent
MAKER = runpy.run_path(str(ROOT / "docs" / "make_lineage.py"))
EACH_PAGE = pytest.mark.parametrize("page", MAKER["pages"](), ids=str)


@EACH_PAGE
def test_the_figures_are_those_that_are_kept(page):
    assert MAKER["renewed"](page) == (ROOT / page).read_text(encoding="utf-8")


@EACH_PAGE
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\((?!https:)([^)#]+)", (ROOT / page).read_text(encoding="utf-8"))
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


def test_every_system_has_its_figures_on_its_page():
    for name, system in SYSTEMS.items():
        text = (ROOT / MAKER["PAGES"] / system.page).read_text(encoding="utf-8")
        assert f"<!-- figures: {name} -->" in text


@pytest.mark.parametrize("page", ["README.md", "docs/lineage/README.md"])
def test_one_table_has_all_measured_systems(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [name for name in read_kept() if f"[{SYSTEMS[name].title}]" not in text] == []
