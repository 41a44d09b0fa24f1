"""The page of layers says what is so: its links lead to tests that exist, and no layer is left out."""

import re
from pathlib import Path

import pytest
from cases import all_cases

import striate.nn as snn

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "layers.md").read_text(encoding="utf-8")


def mistakes(page):
    """What the page says that is not so, in words."""
    targets = dict(re.findall(r"^\[([^]]+)\]: (.+)$", page, re.MULTILINE))
    used = {key for _, key in re.findall(r"\[([^]]+)\]\[([^]]+)\]", page)}
    found = [f"[{key}] stands on one side only" for key in used ^ set(targets)]
    direct = re.findall(r"\]\(([^)]+)\)", page)
    for path, _, title in (target.replace('"', "").partition(" ") for target in (*targets.values(), *direct)):
        file = ROOT / "docs" / path
        if not file.is_file():
            found.append(f"{path} does not exist")
        elif title and not re.search(rf"^def {re.escape(title)}\(", file.read_text(encoding="utf-8"), re.MULTILINE):
            found.append(f"{path} has no test {title}")
    peers = False
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        peers = (peers and bool(cells)) or cells[1:2] == ["striate"]
        ours = cells[1:2] if peers else cells[1:]
        found += [f"{cells[0]} has no test" for cell in ours if cell.startswith("yes")]
    found += [f"{name} is not there" for name in snn.__all__ if f"`{name}`" not in page]
    return found


def test_the_page_is_right():
    assert mistakes(PAGE) == []
    assert len(re.findall(r"\[yes\]\[", PAGE)) > 150


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("functional/test_conv.py", "functional/test_convolution.py", "functional/test_convolution.py does not exist"),
        ("test_forward_equals_the_definition", "test_forward", "has no test test_forward"),
        ("`LazyResizeConv2d`", "`LazyResizeConv`", "LazyResizeConv2d is not there"),
        ("| groups | [", "| groups | yes [", "groups has no test"),
        ("[yes][conv-1]", "[yes][convolution]", "[convolution] stands on one side only"),
        ("| `Conv` | [", "| `Conv` | yes, [", "`Conv` has no test"),
    ],
)
def test_the_check_can_fail(old, new, mistake):
    assert old in PAGE
    assert any(mistake in found for found in mistakes(PAGE.replace(old, new)))


def test_every_layer_runs_the_gauntlet():
    run = {type(case.build()).__name__ for case in all_cases()}
    layers = {name for name in snn.__all__ if not name.startswith("Lazy") and not name.endswith("Nd")}
    assert layers - run == {"CausalStream"}  # no layer, but what one makes
    lazy = {f"Lazy{type(case.build()).__name__}" for case in all_cases() if case.lazy is not None}
    assert {name for name in snn.__all__ if name.startswith("Lazy")} <= lazy
