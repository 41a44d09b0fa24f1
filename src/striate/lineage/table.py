"""The measurements as tables of a page, in Markdown."""

from collections.abc import Mapping, Sequence

from striate.lineage.measurement import Measurement
from striate.lineage.system import Figure, System
from striate.words import duration

NONE = "-"


def overview(systems: Mapping[str, System], measurements: Mapping[str, Measurement], pages: str = "") -> str:
    """Return one table of all measured systems, in the order of history: a row for each figure that stands for one.

    Args:
        systems: by their names.
        measurements: likewise; a system without one is left out.
        pages: the folder of the pages, as a link needs it.
    """
    rows = []
    for system in sorted(systems.values(), key=lambda system: system.year):
        found = measurements.get(system.name)
        if found is None:
            continue
        title = f"[{system.title}]({pages}{system.page}), {system.year}"
        first = (title, duration(found.seconds), f"`{system.command}`")
        for figure in (figure for figure in found.figures if figure.headline):
            name, seconds, command = first
            rows.append((name, figure.what, figure.published or NONE, figure.text, seconds, command))
            first = ("", "", "")  # further rows go on with the system
    return _table(("system", "figure", "paper", "ours", "time", "command"), rows)


def figures_of(measurement: Measurement) -> str:
    """Return the table of all figures of one system, and under it where and how long they were measured."""
    rows = [
        (figure.what, figure.published or NONE, _bold(figure), figure.bound or NONE) for figure in measurement.figures
    ]
    table = _table(("figure", "paper", "ours", "checked"), rows)
    return f"{table}\n\nMeasured in {duration(measurement.seconds)} on {measurement.machine}."


def _bold(figure: Figure) -> str:
    return f"**{figure.text}**" if figure.headline else figure.text


def _table(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [titles, tuple("---" for _ in titles), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
