import json

import pytest
from pages import check_self_contained, read

from striate.view.page import data, document, element, resource

BAD = "<b>&\"'"


def test_title_and_body_are_text_unless_they_are_markup():
    root = read(document(BAD, [BAD, element("p", BAD)]))
    assert root.one("title").text == root.one("h1").text == root.one("p").text == BAD
    assert root.one("main").text == BAD + BAD
    assert not root.all("b")


def test_a_page_is_in_a_language_fits_its_window_and_fetches_nothing():
    page = document("page", "")
    root = read(page)
    assert page.startswith("<!doctype html>")
    assert root.one("html").attributes["lang"] == "en"
    assert "width=device-width" in root.one("meta", name="viewport").attributes["content"]
    check_self_contained(page)


@pytest.mark.parametrize("body", [element("img", src="https://example.org/a.png"), element("style", "a{b:url(c)}")])
def test_the_check_of_what_is_fetched_can_fail(body):
    with pytest.raises(AssertionError):
        check_self_contained(document("page", body))


def test_scripts_and_styles_come_after_the_shared_ones():
    root = read(document("page", "", scripts=["let a = 1 < 2;", "b()"], styles=["p { margin: 0 }"]))
    assert [script.text for script in root.all("script")] == [resource("page.js"), "let a = 1 < 2;", "b()"]
    assert [style.text for style in root.all("style")] == [resource("page.css"), "p { margin: 0 }"]


@pytest.mark.parametrize("code", ["'</script>'", "'</SCRIPT'", "'<!--'"])
def test_a_script_or_a_style_that_would_end_early_is_refused(code):
    with pytest.raises(ValueError, match=r"scripts: one holds .*, which would end it early"):
        document("page", "", scripts=[code])
    with pytest.raises(ValueError, match=r"styles: one holds '</style', which would end it early"):
        document("page", "", styles=["</style>"])


def test_data_come_through_whatever_is_in_them():
    value = {"classes": ["</script><!--", BAD, "é\u2028"], "numbers": [0.1, -1e-30]}
    block = read(data("values", value)).one("script", id="values")
    assert block.attributes["type"] == "application/json"
    assert json.loads(block.text) == value
    with pytest.raises(ValueError, match="JSON"):
        data("values", float("nan"))


def test_the_switch_turns_light_into_dark_and_back(browse, tmp_path):
    (tmp_path / "page.html").write_text(document("page", element("p", "text")), encoding="utf-8")
    watched = browse(width=360)
    page = watched.open(tmp_path / "page.html")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(ground)
    assert page.get_by_role("button").inner_text() == "Dark"
    page.get_by_role("button").click()
    assert page.evaluate(ground) != light
    page.get_by_role("button", name="Show the page light").click()
    assert page.evaluate(ground) == light
    assert watched.complaints == []


@pytest.mark.parametrize(
    "code", ["console.log(1)", "throw new Error('x')", "fetch('https://example.org').catch(() => {})"]
)
def test_the_browser_notes_what_must_not_happen(browse, tmp_path, code):
    (tmp_path / "page.html").write_text(document("page", "", scripts=[code]), encoding="utf-8")
    watched = browse()
    watched.open(tmp_path / "page.html")
    assert watched.complaints


def test_text_that_is_too_faint_and_a_page_that_is_too_wide_are_found(browse, tmp_path):
    faint = element("p", "faint", style="color: #777; background: #888; width: 500px")
    (tmp_path / "page.html").write_text(document("page", faint), encoding="utf-8")
    watched = browse(width=360)
    watched.open(tmp_path / "page.html")
    assert watched.contrasts()["faint"] == pytest.approx(1.26, abs=0.01)  # (0.246 + 0.05) / (0.184 + 0.05)
    assert watched.overflow() > 100
