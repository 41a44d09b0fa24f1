import re

from striate.view import sliding_window


def test_a_page_asks_for_nothing_else():
    text = sliding_window(5, 3, groups=2, padding=1, padding_mode="reflect").html()
    text = text.replace('xmlns="http://www.w3.org/2000/svg"', "")  # a name, which nothing fetches
    assert not re.findall(r"https?:|//\w|src=|href=|@import|url\(|fetch|XMLHttpRequest", text)
    assert "Content-Security-Policy\" content=\"default-src 'none'" in text


def test_a_page_has_the_drawing_and_its_controls():
    picture = sliding_window(5, 3)
    text = picture.html()
    assert picture.svg() in text
    assert '<input id="slider" type="range" min="0" max="8"' in text
    assert "setInterval(() => show(now + 1), 700)" in text
    assert re.findall(r'<button id="(\w+)"', text) == ["play", "back", "next"]
    assert "{{" not in text
