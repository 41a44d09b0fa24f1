import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import read

from striate.view.page import document, resource
from striate.view.page.chart import DOTTED, Series, line_chart, nice_ticks

LOSS = [Series("test", {1: 0.5, 2: 0.25, 3: 0.125}, 0), Series("<training>", {1: 1.0, 2: 0.75}, 1, dashed=True)]


def chart(series=None, form="{:.3f}"):
    return line_chart("Loss", LOSS if series is None else series, form.format)


def corners(polyline):
    return [tuple(map(float, pair.split(","))) for pair in polyline.attributes["points"].split()]


@given(st.lists(st.floats(-1e9, 1e9).map(lambda value: float(f"{value:.9g}")), min_size=1))
def test_ticks_enclose_the_values_and_are_few_even_and_round(values):
    ticks = nice_ticks(values)
    steps = [after - before for before, after in itertools.pairwise(ticks)]
    room = 1e-6 * steps[0]
    assert 2 <= len(ticks) <= 7
    assert ticks[0] - room <= min(values)
    assert max(values) <= ticks[-1] + room
    assert steps == pytest.approx([steps[0]] * len(steps), rel=1e-6)
    digits = steps[0] / 10 ** math.floor(math.log10(steps[0] * (1 + 1e-9)))
    assert min(abs(digits - nice) for nice in (1, 2, 5)) < 1e-6


def test_points_lie_where_their_values_say():
    root = read(chart())
    first, second = map(corners, root.all("polyline"))
    across = [100 / 6, 50, 500 / 6]  # of 1, 2 and 3 between 0.5 and 3.5
    assert [x for x, _ in first] == pytest.approx(across, abs=1e-3)
    ticks = [float(text.text) for text in root.all("text") if text.attributes["text-anchor"] == "end"]
    low, high = min(ticks), max(ticks)
    assert [high - y / 100 * (high - low) for _, y in first] == pytest.approx([0.5, 0.25, 0.125], abs=1e-5)
    assert [high - y / 100 * (high - low) for _, y in second] == pytest.approx([1, 0.75], abs=1e-5)


def test_every_value_is_written_too():
    root = read(chart())
    assert root.one("table").rows() == [
        ["epoch", "test", "<training>"],
        ["1", "0.500", "1.000"],
        ["2", "0.250", "0.750"],
        ["3", "0.125", ""],
    ]
    assert [output.text for output in root.all("output")] == ["0.125", "0.750", "3"]
    assert [title.text for title in root.all("title")] == [
        "epoch 1: test 0.500, <training> 1.000",
        "epoch 2: test 0.250, <training> 0.750",
        "epoch 3: test 0.125",
    ]


def test_curves_differ_in_colour_and_from_the_seventh_on_in_dashes():
    series = [Series(str(number), {1: 0.0, 2: 1.0}, number) for number in range(12)]
    looks = [
        (one.attributes["style"], one.attributes.get("stroke-dasharray")) for one in read(chart(series)).all("polyline")
    ]
    assert len(set(looks)) == 12
    assert [dashes for _, dashes in looks[:6]] == [None] * 6


@pytest.mark.parametrize(("count", "dense"), [(1, False), (DOTTED, False), (DOTTED + 1, True), (500, True)])
def test_few_positions_have_dots_and_many_have_few_labels(count, dense):
    root = read(chart([Series("test", {at: 1 / at for at in range(1, count + 1)}, 0)]))
    assert bool(root.all("figure", class_="dense")) == dense
    labels = [int(text.text) for text in root.all("text", y="100%")]
    assert max(labels) == count
    assert len(labels) <= 8
    assert len(root.all("circle")) == count


def test_the_legend_follows_the_pointer_and_the_arrow_keys(browse, tmp_path):
    page = document("page", chart(), scripts=[resource("chart.js")], styles=[resource("chart.css")])
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    watched = browse()
    shown = watched.open(tmp_path / "page.html")
    legend = lambda: [output.inner_text() for output in shown.locator("output").all()]  # noqa: E731
    plot = shown.get_by_role("slider", name="Loss by epoch")
    assert legend() == ["0.125", "0.750", "3"]
    box = plot.bounding_box()
    shown.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 40)
    assert legend() == ["0.500", "1.000", "1"]
    shown.mouse.move(box["x"], box["y"] - 40)
    assert legend() == ["0.125", "0.750", "3"]
    plot.focus()
    for key, expected in (("End", "3"), ("ArrowRight", "3"), ("ArrowLeft", "2"), ("Home", "1")):
        shown.keyboard.press(key)
        assert legend()[2] == plot.get_attribute("aria-valuenow") == expected
    assert plot.get_attribute("aria-valuetext") == "epoch 1: test 0.500, <training> 1.000"
    shown.keyboard.press("End")
    assert legend() == ["0.125", "-", "3"]
    assert watched.complaints == []
