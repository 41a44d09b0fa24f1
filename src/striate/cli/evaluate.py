"""`striate evaluate`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from striate.cli.console import output
from striate.words import count

if TYPE_CHECKING:
    from striate.train import Metrics


def evaluate(
    run: Annotated[Path, typer.Argument(help="A run folder, as `striate train` makes them.", show_default=False)],
    data: Annotated[
        str | None,
        typer.Option(metavar="NAME|FOLDER", help="Measure on the test images of these data, not of the run's own."),
    ] = None,
) -> None:
    """Measure a run's model on test images: accuracy, errors, and which class is taken for which."""
    from striate.train import evaluate as measure_run  # noqa: PLC0415  torch takes a second; --help has none

    metrics = measure_run(run, data)
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
