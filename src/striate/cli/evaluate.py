"""`striate evaluate`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from striate.cli.console import output
from striate.words import count

if TYPE_CHECKING:
    from striate.train import LabelledMetrics, Metrics


def evaluate(
    run: Annotated[Path, typer.Argument(help="A run folder, as `striate train` makes them.", show_default=False)],
    data: Annotated[
        str | None,
        typer.Option(metavar="NAME|FOLDER", help="Measure on the test part of these data, not of the run's own."),
    ] = None,
) -> None:
    """Measure a run's model on its test part: of images told apart accuracy, errors, and which is taken for which."""
    from striate.train import LabelledMetrics, Metrics  # noqa: PLC0415  torch takes a second; --help has none
    from striate.train import evaluate as measure_run  # noqa: PLC0415

    metrics = measure_run(run, data)
    if not isinstance(metrics, Metrics):
        output.print(f"{run}: {metrics.sentence()}, loss {metrics.loss:.4f}", soft_wrap=True)
        if isinstance(metrics, LabelledMetrics):
            output.print(table_of_overlap(metrics))
        return
    output.print(
        f"{run}: accuracy {metrics.accuracy:.2%}, {count(metrics.errors, 'error')} "
        f"in {count(metrics.images, 'image')}, loss {metrics.loss:.4f}",
        soft_wrap=True,
    )
    output.print(table_of(metrics))


def table_of(metrics: "Metrics") -> Table:
    """Return a row a class: its images, the share classified correctly, and what the others were taken for."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title, side in (("class", "left"), ("images", "right"), ("accuracy", "right"), ("taken for", "left")):
        table.add_column(title, justify="left" if side == "left" else "right")
    for index, (name, share) in enumerate(metrics.class_accuracy.items()):
        row = metrics.confusion[index].clone()
        images, row[index] = int(row.sum()), 0
        counts, labels = row.sort(descending=True, stable=True)
        others = [
            f"{metrics.classes[label]} ({count})"
            for count, label in zip(counts.tolist(), labels.tolist(), strict=True)
            if count
        ]
        table.add_row(name, f"{images:,}", f"{share:.2%}" if images else "", ", ".join(others[:3]))
    return table


def table_of_overlap(metrics: "LabelledMetrics") -> Table:
    """Return a row a class: its share of the labels, the share of those given rightly, and its overlap."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("class", "labels", "recall", "IoU"):
        table.add_column(title, justify="left" if title == "class" else "right")
    counts, right = metrics.confusion.sum(1), metrics.confusion.diagonal()
    rows = zip(metrics.class_iou.items(), counts.tolist(), right.tolist(), strict=True)
    for (name, overlap), labels, found in rows:
        shown = "" if overlap != overlap else f"{overlap:.2%}"  # noqa: PLR0124  NaN: neither there nor given
        table.add_row(name, f"{labels:,}", f"{found / labels:.2%}" if labels else "", shown)
    return table
