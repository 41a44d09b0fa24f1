import pytest
import torch
from pages import check_self_contained, read

import striate
from striate import models


@pytest.fixture(scope="module")
def found():
    return striate.inspect(models.create("lenet5"), torch.zeros(1, 1, 28, 28), measure=False)


def test_the_page_has_the_rows_of_the_text_and_its_notes(found):
    page = found.to_html()
    root = read(page)
    rows = root.one("table").rows()
    lines = str(found).splitlines()
    printed = [line.split() for line in lines if not line.startswith("-")]
    assert [" ".join(row).split() for row in rows] == printed[: len(rows)]
    notes = [item.text for item in root.all("li")]
    assert notes == lines[-len(notes) :]
    assert set(found.notes) <= set(notes)
    check_self_contained(page)


@pytest.mark.parametrize("width", [360, 1024, 2560])
def test_it_fits_every_window(browse, found, tmp_path, width):
    watched = browse(width=width, scheme="dark")
    found.to_html(tmp_path / "page.html")
    watched.open(tmp_path / "page.html")
    assert watched.overflow() <= 0
    assert min(watched.contrasts().values()) >= 4.5
    assert watched.complaints == []
