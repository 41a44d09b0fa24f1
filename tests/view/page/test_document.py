import json
from html.parser import HTMLParser

import pytest

from striate.view.page import data, document, element, resource, table

BAD = "<b>&\"'"


class Reader(HTMLParser):
    """The elements of a page, and the text of those that are open when it comes."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.texts, self.open = [], {}, []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open.pop() != tag:
            pass

    def handle_data(self, text):
        self.texts.setdefault(self.open[-1] if self.open else "", []).append(text)


def test_title_and_body_are_text_unless_they_are_markup():
    read = Reader(document(BAD, [BAD, element("p", BAD)]))
    assert read.texts["title"] == read.texts["h1"] == read.texts["p"] == [BAD]
    assert "".join(read.texts["main"]) == BAD
    assert "b" not in dict(read.tags)


def test_nothing_may_be_fetched():
    read = Reader(document("page", ""))
    policy = next(a["content"] for tag, a in read.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert not [a for _, a in read.tags if a.get("src") or a.get("href", "data:,") != "data:,"]
    assert "url(" not in resource("page.css")
    assert "@import" not in resource("page.css")


def test_scripts_and_styles_come_after_the_shared_ones():
    read = Reader(document("page", "", scripts=["let a = 1 < 2;", "b()"], styles=["p { margin: 0 }"]))
    assert read.texts["script"] == [resource("page.js"), "let a = 1 < 2;", "b()"]
    assert read.texts["style"] == [resource("page.css"), "p { margin: 0 }"]


@pytest.mark.parametrize("code", ["'</script>'", "'</SCRIPT'", "'<!--'"])
def test_a_script_that_would_end_early_is_refused(code):
    with pytest.raises(ValueError, match=r"scripts: one holds .*, which would end it early"):
        document("page", "", scripts=[code])
    with pytest.raises(ValueError, match="styles: one holds '</style', which would end it early"):
        document("page", "", styles=["</style>"])


def test_data_come_through_whatever_is_in_them():
    value = {"classes": ["</script><!--", BAD, "é\u2028"], "numbers": [0.1, -1e-30]}
    read = Reader(document("page", data("values", value)))
    assert ("script", {"type": "application/json", "id": "values"}) in read.tags
    assert json.loads(read.texts["script"][0]) == value
    with pytest.raises(ValueError, match="JSON"):
        data("values", float("nan"))


def test_a_table_has_as_many_cells_in_each_row_as_columns():
    read = Reader(table(("class", "kind", "count"), [(BAD, "x", 3)], caption="Counts", words=("kind",)))
    assert read.texts["th"] == ["class", "kind", "count", BAD]
    kinds = [attributes.get("class") for tag, attributes in read.tags if tag in {"th", "td"}]
    assert kinds == [None, None, "number"] * 2
    with pytest.raises(ValueError, match="zip"):
        table(("class", "count"), [("a",)], caption="Counts")


def test_the_switch_turns_light_into_dark_and_back(browse, tmp_path):
    (tmp_path / "page.html").write_text(document("page", element("p", "text")), encoding="utf-8")
    watched = browse(width=360, scheme="light")
    page = watched.open(tmp_path / "page.html")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(ground)
    assert page.get_by_role("button").inner_text() == "Dark"
    page.get_by_role("button").click()
    assert page.evaluate(ground) != light
    page.get_by_role("button", name="Show the page light").click()
    assert page.evaluate(ground) == light
    assert watched.complaints == []
