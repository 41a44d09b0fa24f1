import pytest

from striate.view.page import Html, element, markup


def test_text_is_escaped_and_markup_is_not():
    assert markup('<b>&"') == "&lt;b&gt;&amp;&quot;"
    assert markup(Html("<b>")) == "<b>"
    assert element("p", "1 < 2", element("i", "x & y")) == "<p>1 &lt; 2<i>x &amp; y</i></p>"


def test_attributes_are_escaped_and_named_as_in_html():
    written = element("td", class_="a", aria_label='"quoted" <', tabindex=0, hidden=True, id=None, open=False)
    assert written == '<td class="a" aria-label="&quot;quoted&quot; &lt;" tabindex="0" hidden></td>'


@pytest.mark.parametrize("pieces", [["a", Html("<br>"), 1], ("a", Html("<br>"), 1), iter(["a", [Html("<br>"), 1]])])
def test_pieces_are_joined(pieces):
    assert markup(pieces) == "a<br>1"


def test_elements_that_hold_nothing_have_no_end():
    assert element("img", src="data:,") == '<img src="data:,">'
