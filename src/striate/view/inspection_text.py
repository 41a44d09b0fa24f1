"""The table of an inspection, as plain text, for rich, as HTML, CSV and JSON."""

import csv
import html
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from striate.view.page import document, element, section, table

if TYPE_CHECKING:
    from rich.table import Table

    from striate.view.inspection import Inspection, LayerRow

_RIGHT = ("parameters", "mult-adds", "field", "jump", "offset", "bytes", "madds/byte", "ms", "floor", "dense")


_COLUMNS = (
    *("path", "type", "input", "output", "window", "parameters", "multiply_adds", "connections", "field", "jump"),
    *("offset", "bytes", "intensity", "kernel", "seconds", "share_of_floor", "dense"),
)


@dataclass(frozen=True)
class _Cells:
    """A table: its titles, its rows of text, and the totals."""

    titles: tuple[str, ...]
    rows: list[tuple[str, ...]]
    totals: tuple[str, ...]


def as_text(found: "Inspection") -> str:
    """Return the table as text, with the totals and a line a note under it."""
    cells = _cells(found)
    lines = [cells.titles, *cells.rows, cells.totals]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = [
        "  ".join(
            cell.rjust(width) if title in _RIGHT else cell.ljust(width)
            for title, cell, width in zip(cells.titles, line, widths, strict=True)
        ).rstrip()
        for line in lines
    ]
    rule = "-" * max(map(len, text))
    return "\n".join([*text[:1], rule, *text[1:-1], rule, text[-1], *_under(found)])


def as_table(found: "Inspection") -> "Table":
    """Return the table for rich's console."""
    from rich.table import Table  # noqa: PLC0415, a terminal is not always there

    cells = _cells(found)
    drawn = Table(
        title=_title(found), caption="\n".join(_under(found)), title_justify="left", caption_justify="left", box=None,
        pad_edge=False, header_style="bold", show_footer=True,
    )  # fmt: skip
    for title, total in zip(cells.titles, cells.totals, strict=True):
        justify = "right" if title in _RIGHT else "left"
        drawn.add_column(title, footer=total, justify=justify, no_wrap=True, overflow="ellipsis")  # type: ignore[arg-type]
    for row in cells.rows:
        drawn.add_row(*row)
    return drawn


def as_html(found: "Inspection") -> str:
    """Return the table as HTML without styles of its own but for the numbers' side."""
    cells = _cells(found)

    def line(tag: str, texts: Sequence[str]) -> str:
        sides = ("right" if title in _RIGHT else "left" for title in cells.titles)
        inner = (
            f'<{tag} style="text-align:{side}">{html.escape(text)}</{tag}>'
            for side, text in zip(sides, texts, strict=True)
        )
        return f"<tr>{''.join(inner)}</tr>"

    body = "\n".join(line("td", row) for row in cells.rows)
    notes = "".join(f"<li>{html.escape(note)}</li>" for note in _under(found))
    return (
        f"<table>\n<caption>{html.escape(_title(found))}</caption>\n<thead>{line('th', cells.titles)}</thead>\n"
        f"<tbody>\n{body}\n</tbody>\n<tfoot>{line('th', cells.totals)}</tfoot>\n</table>\n<ul>{notes}</ul>"
    )


def as_page(found: "Inspection") -> str:
    """Return the table as a page of its own."""
    cells = _cells(found)
    words = [title for title in cells.titles if title not in _RIGHT]
    whole = table(cells.titles, [*cells.rows, cells.totals], caption=_title(found), words=words)
    notes = element("ul", *(element("li", note) for note in _under(found)), class_="quiet")
    wider = "body { max-width: 92rem }"  # the table has fifteen columns
    return document(_title(found), section("Layers", whole, notes), styles=[wider])


def as_csv(found: "Inspection") -> str:
    """Return a line a row with exact numbers; shapes are written 1x3x224x224, fields an axis, joined by "/"."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in found.rows:
        fields = [
            "/".join(f"{float(getattr(axis, name)):g}" for axis in row.fields) for name in ("size", "jump", "offset")
        ]
        shapes = [" ".join("x".join(map(str, shape)) for shape in some) for some in (row.input, row.output)]
        counts = (row.parameters, row.multiply_adds, row.connections)
        measured = ["" if number is None else number for number in (row.seconds, row.share_of_floor)]
        costs = (row.bytes, row.intensity, row.kernel, *measured, row.dense)
        writer.writerow((row.path, row.type, *shapes, row.window, *counts, *fields, *costs))
    return text.getvalue()


def as_json(found: "Inspection") -> str:
    """Return everything: the totals, the notes and all rows."""
    totals = ("parameters", "multiply_adds", "connections", "bytes", "dense", "seconds")
    content = {
        "model": found.model,
        "input": found.input,
        "totals": {name: getattr(found, name) for name in totals},
        "notes": found.notes,
        "rows": [row.as_dict() for row in found.rows],
    }
    return json.dumps(content, indent=1) + "\n"


def _title(found: "Inspection") -> str:
    return f"{found.model} on {' and '.join(map(_shape, found.input))}"


def _under(found: "Inspection") -> list[str]:
    """Return the lines under the table."""
    return [f"{_title(found)}: {found.connections:,} connections", *found.notes]


def _cells(found: "Inspection") -> _Cells:
    timed = found.seconds is not None
    times = ("ms", "floor") if timed else ()
    titles = (
        *("layer", "type", "output", "window", "parameters", "mult-adds", "field", "jump", "offset", "bytes"),
        *("madds/byte", "kernel", *times, "dense"),
    )
    costs = (_short(found.bytes), _ratio(found.multiply_adds / found.bytes if found.bytes else 0.0), "")
    taken = (f"{(found.seconds or 0) * 1e3:.3g}", "") if timed else ()
    counts = (f"{found.parameters:,}", _short(found.multiply_adds))
    totals = ("total", "", "", "", *counts, "", "", "", *costs, *taken, _short(found.dense))
    return _Cells(titles, [_line(row, timed) for row in found.rows], totals)


def _line(row: "LayerRow", timed: bool) -> tuple[str, ...]:
    taken = ("-" if row.seconds is None else f"{row.seconds * 1e3:.3g}", _percent(row.share_of_floor)) if timed else ()
    return (
        row.path or "(the model)",
        row.type,
        _shape(row.output[0]),
        row.window,
        f"{row.parameters:,}" if row.parameters else "",
        _short(row.multiply_adds),
        *_fields(row),
        _short(row.bytes),
        _ratio(row.intensity),
        row.kernel,
        *taken,
        _short(row.dense),
    )


def _fields(row: "LayerRow") -> tuple[str, str, str]:
    """Return size, jump and offset, once where all axes agree; "all" is a jump of 0."""
    texts = []
    for name in ("size", "jump", "offset"):
        axes = [f"{float(getattr(axis, name)):g}" for axis in row.fields]
        texts.append("" if not axes else axes[0] if len(set(axes)) == 1 else "x".join(axes))
    return texts[0], texts[1], texts[2]


def _shape(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape)) or "scalar"


def _short(number: int) -> str:
    """Return a count in three or four digits; empty for 0.

    >>> _short(117600), _short(25557032), _short(0)
    ('118 k', '25.6 M', '')
    """
    for unit, size in (("T", 10**12), ("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if number >= size:
            value = number / size
            return f"{value:.0f} {unit}" if value >= 99.5 else f"{value:.3g} {unit}"
    return str(number) if number else ""


def _ratio(value: float) -> str:
    return f"{value:.3g}" if value else ""


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"
