"""The result as a table and as JSON."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from striate.bench.row import Row, geometric_means
from striate.bench.whole import WholeRow
from striate.engine.ceilings import Ceilings

if TYPE_CHECKING:
    from rich.table import Table

_DIRECTIONS = {"forward": "forward", "train": "fwd+bwd"}


def table_of(rows: Sequence[Row]) -> "Table":
    """Return a network's rows as a table: milliseconds, ratios (above 1 ours is faster), share of the floor."""
    from rich.table import Table  # noqa: PLC0415  a terminal is not always there

    peers = list(dict.fromkeys(name for row in rows for name in row.peers))
    table = Table(title=rows[0].network, title_justify="left", box=None, pad_edge=False, header_style="bold")
    table.add_column("layer", no_wrap=True)
    table.add_column("batch", justify="right")
    for title in ("direction", "layout", "kernel"):
        table.add_column(title, no_wrap=True)
    for title in ("ours ms", *peers, "x torch", "x best", "floor"):
        table.add_column(title, justify="right")
    for row in rows:
        table.add_row(
            row.name,
            str(row.batch),
            _DIRECTIONS[row.direction],
            row.layout,
            row.kernel,
            _milliseconds(row.ours.best),
            *(_milliseconds(row.peers[name].best) if name in row.peers else "-" for name in peers),
            _ratio(row.times_torch),
            _ratio(row.times_best),
            f"{row.share_of_floor:.0%}",
        )
    return table


def table_of_networks(rows: Sequence[WholeRow]) -> "Table":
    """Return whole networks as a table: milliseconds a step, and ours against torch, each in its better layout."""
    from rich.table import Table  # noqa: PLC0415

    names = list(dict.fromkeys(name for row in rows for name in row.times))
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("network", no_wrap=True)
    table.add_column("batch", justify="right")
    table.add_column("direction", no_wrap=True)
    for title in (*(f"{name} ms" for name in names), "x torch"):
        table.add_column(title, justify="right")
    for row in rows:
        times = (_milliseconds(row.times[name].best) if name in row.times else "-" for name in names)
        direction = "inference" if row.direction == "forward" else "training step"
        table.add_row(row.network, str(row.batch), direction, *times, _ratio(row.gain))
    return table


def summary_of(rows: Sequence[Row]) -> list[str]:
    """Return a line a direction: the geometric means, and how many rows are behind."""
    lines = []
    for direction, means in geometric_means(rows).items():
        own = [row for row in rows if row.direction == direction]
        behind = sum(1 for row in own if row.times_best is not None and row.times_best < 1)
        slower = sum(1 for row in own if row.times_torch is not None and row.times_torch < 0.95)
        lines.append(
            f"{_DIRECTIONS[direction]}: {len(own)} rows, geometric means: {_ratio(means['times_torch'])} times "
            f"torch in the same layout ({slower} rows more than 5 % slower), {_ratio(means['times_best'])} times the "
            f"best peer ({behind} rows behind), {means['share_of_floor']:.0%} of the floor"
        )
    return lines


def ceiling_lines(machine: dict[str, str], ceilings: Ceilings, threads: int) -> list[str]:
    """Return the machine and what it can do at most."""
    rates = ", ".join(f"{rate / 1e9:.0f} GB/s at {size >> 20} MiB" for size, rate in ceilings.bandwidth)
    return [
        ", ".join(f"{name} {value}" for name, value in machine.items()),
        f"{threads} threads: {ceilings.flops['f32'] / 1e9:.0f} GFLOP/s float32 ({ceilings.flops_by}); copies {rates}",
    ]


def write_json(
    path: Path, rows: Sequence[Row | WholeRow], machine: dict[str, str], ceilings: Ceilings, settings: dict[str, object]
) -> None:
    """Write everything measured, in seconds, to a file that is never seen half written."""
    result = {
        "machine": machine,
        "settings": settings,
        "ceilings": asdict(ceilings),
        "rows": [row.as_dict() for row in rows],
        "geometric_means": geometric_means([row for row in rows if isinstance(row, Row)]),
    }
    with NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        try:
            json.dump(result, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            Path(file.name).unlink()
            raise
    Path(file.name).replace(path)


def _milliseconds(seconds: float) -> str:
    """Return milliseconds with three digits."""
    value = seconds * 1e3
    return f"{value:.0f}" if value >= 99.5 else f"{value:.3g}" if value >= 1 else f"{value:.3f}"


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
