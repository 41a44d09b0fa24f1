import base64

import pytest
from pages import read

from striate.view.page import element, figure, image_data, section, table, terms

BAD = "<b>&\"'"


def test_a_table_names_its_rows_and_columns_and_numbers_stand_to_the_right():
    root = read(table(("class", "kind", "count"), [(BAD, "x", 3), ("b", "y", 4)], caption=BAD, words=("kind",)))
    assert root.one("caption").text == BAD
    assert root.one("table").rows() == [["class", "kind", "count"], [BAD, "x", "3"], ["b", "y", "4"]]
    assert [cell.attributes.get("scope") for cell in root.all("th")] == ["col", "col", "col", "row", "row"]
    assert [cell.text for cell in root.all(class_="number")] == ["count", "3", "4"]
    assert root.one("div").attributes["tabindex"] == "0"


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="zip"):
        table(("class", "count"), [("a",)], caption="Counts")


def test_an_image_is_in_the_page():
    assert base64.b64decode(image_data(b"\x89PNG\r\n").removeprefix("data:image/png;base64,")) == b"\x89PNG\r\n"


def test_what_is_text_is_escaped():
    root = read(section(BAD, figure(BAD, BAD, id="f"), terms([(BAD, BAD)]), note=BAD))
    assert not root.all("b")
    for tag in ("h2", "p", "figcaption", "dt", "dd"):
        assert root.one(tag).text == BAD
    assert root.one("figure", id="f").content[0] == BAD


def test_a_section_without_a_note_has_no_empty_line():
    assert not read(section("title", element("div"))).all("p")
