"""Curves over whole numbers, as inline SVG: readable without a script, with values under the pointer with one."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from striate.view.page.html import Html, element
from striate.view.page.parts import table

COLOURS = 6  # `--series-1` to `--series-6`
DOTTED = 24  # up to so many positions each has its dot; with more the dots would hide the line


@dataclass(frozen=True)
class Series:
    """A curve.

    Args:
        name: Of what it shows.
        points: Its values by position; at least one.
        number: From 0: which colour it has, and from the seventh on which dashes.
        dashed: Whether it is in the background of the others.
    """

    name: str
    points: dict[int, float]
    number: int
    dashed: bool = False


def line_chart(title: str, series: Sequence[Series], form: Callable[[float], str], across: str = "epoch") -> Html:
    """Return a chart of curves with its legend, which gives the last values, and a table of all of them.

    Args:
        title: What the values are.
        series: The curves.
        form: How a value is written.
        across: What the positions are.

    >>> chart = line_chart("Loss", [Series("test", {1: 0.5, 2: 0.25}, 0)], "{:.2f}".format)
    >>> chart.count("<polyline"), "epoch 2: test 0.25" in chart
    (1, True)
    """
    positions = sorted({position for one in series for position in one.points})
    low, high = positions[0] - 0.5, positions[-1] + 0.5
    ticks = nice_ticks([value for one in series for value in one.points.values()])
    bottom, top = ticks[0], ticks[-1]

    def x(position: float) -> float:
        return 100 * (position - low) / (high - low)

    def y(value: float) -> float:
        return 100 * (top - value) / (top - bottom)

    grid = [_level(tick, y(tick)) for tick in ticks]
    every = math.ceil(len(positions) / 8)
    names = [
        element("text", position, x=f"{x(position):.2f}%", y="100%", dy="1.5em", text_anchor="middle")
        for position in positions[::-every]
    ]
    curves = [
        element(
            "polyline",
            points=" ".join(f"{x(position):.3f},{y(value):.3f}" for position, value in one.points.items()),
            stroke_dasharray=_dashes(one),
            style=f"stroke: {_colour(one)}",
        )
        for one in series
    ]
    # stretched to the frame; what is written and the dots are beside it, and keep their shape
    drawing = element("svg", *curves, viewBox="0 0 100 100", preserveAspectRatio="none")
    stops = [_stop(position, index, positions, series, form, across, x, y) for index, position in enumerate(positions)]
    frame = element("svg", *grid, *names, drawing, *stops, role="img", aria_label=f"{title} by {across}")
    legend = [element("li", _swatch(one), f"{one.name} ", element("output", form(_last(one)[1]))) for one in series]
    at = element("li", f"{across} ", element("output", positions[-1]), class_="at")
    rows = [
        (position, *(form(one.points[position]) if position in one.points else "" for one in series))
        for position in positions
    ]
    values = table((across, *(one.name for one in series)), rows, caption=f"{title} by {across}")
    return element(
        "figure",
        element("h3", title),
        element("ul", *legend, at, class_="legend"),
        element("div", frame, class_="plot"),
        element("details", element("summary", "Values"), values),
        class_="chart" if len(positions) <= DOTTED else "chart dense",
    )


def nice_ticks(values: Sequence[float], most: int = 6) -> list[float]:
    """Return round numbers, 3 to `most` of them at equal distances, that enclose all values.

    >>> nice_ticks([0.93, 0.991])
    [0.92, 0.94, 0.96, 0.98, 1.0]
    >>> nice_ticks([2.0, 2.0])
    [1.0, 1.5, 2.0, 2.5, 3.0]
    """
    low, high = min(values), max(values)
    if high == low:
        reach = abs(low) / 2 or 1.0
        low, high = low - reach, high + reach
    power = math.floor(math.log10((high - low) / most))
    for digits in (1, 2, 5, 10, 20, 50):
        step = digits * 10.0**power
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first < most:
            break
    # division by a power of ten, where there is one, gives the float that is nearest to the decimal
    return [round(number * step, max(0, 1 - power)) for number in range(first, last + 1)]


def _level(tick: float, height: float) -> Html:
    return element(
        "g",
        element("line", x1="0", x2="100%", y1=f"{height:.2f}%", y2=f"{height:.2f}%"),
        element("text", f"{tick:.6g}", x="0", y=f"{height:.2f}%", dx="-0.6em", dy="0.32em", text_anchor="end"),
    )


def _stop(
    position: int,
    index: int,
    positions: Sequence[int],
    series: Sequence[Series],
    form: Callable[[float], str],
    across: str,
    x: Callable[[float], float],
    y: Callable[[float], float],
) -> Html:
    """Return what is seen at one position: the strip that the pointer finds, a line, the dots, and the values."""
    before = positions[index - 1] if index else position - 1
    after = positions[index + 1] if index + 1 < len(positions) else position + 1
    left, right = x((before + position) / 2), x((position + after) / 2)
    there = [one for one in series if position in one.points]
    told = ", ".join(f"{one.name} {form(one.points[position])}" for one in there)
    places = [(y(one.points[position]), f"fill: {_colour(one)}") for one in there]
    dots = [element("circle", cx=f"{x(position):.2f}%", cy=f"{at:.2f}%", r=3, style=style) for at, style in places]
    return element(
        "g",
        element("rect", x=f"{left:.2f}%", width=f"{right - left:.2f}%", y="0", height="100%"),
        element("line", x1=f"{x(position):.2f}%", x2=f"{x(position):.2f}%", y1="0", y2="100%"),
        *dots,
        element("title", f"{across} {position}: {told}"),
        class_="stop",
        data_at=position,
        data_values="\t".join(form(one.points[position]) if position in one.points else "-" for one in series),
    )


def _last(series: Series) -> tuple[int, float]:
    return max(series.points.items())


def _colour(series: Series) -> str:
    return f"var(--series-{series.number % COLOURS + 1})"


def _dashes(series: Series) -> str | None:
    if series.dashed:
        return "2 4"
    return "8 4" if series.number >= COLOURS else None


def _swatch(series: Series) -> Html:
    line = element("line", x1="0", x2="100%", y1="50%", y2="50%", stroke_dasharray=_dashes(series))
    return element("svg", line, aria_hidden="true", style=f"stroke: {_colour(series)}")
