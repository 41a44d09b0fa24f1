"""`striate compare`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from striate.cli.console import output


def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN RUN...", help="Run folders, as `striate train` makes them.", show_default=False),
    ],
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with the curves laid over each other, too.")
    ] = None,
    different_data: Annotated[
        bool, typer.Option("--different-data", help="Also where the runs have not seen the same images.")
    ] = False,
) -> None:
    """Set runs side by side: what each reached and took, and the settings in which they differ."""
    from striate.train.comparison import compare as compare_runs  # noqa: PLC0415
    from striate.train.comparison import differing_settings, headings  # noqa: PLC0415  torch takes a second

    results = compare_runs(runs, different_data=different_data)
    if html is not None and not html.parent.is_dir():
        raise FileNotFoundError(f"--html: there is no folder {html.parent} to write {html.name} into; make it first")
    (_, *names), *rows = zip(headings(results), *(result.cells() for result in results), strict=True)
    output.print(_table("run", names, rows))
    output.print()
    if settings := differing_settings(results):
        output.print(_table("setting", names, [(name, *values) for name, values in settings.items()]))
    else:
        output.print("No setting differs.")
    if html is not None:
        from striate.train.files import write_atomically  # noqa: PLC0415
        from striate.view import comparison  # noqa: PLC0415

        write_atomically(html, comparison(results).encode())
        output.print(f"\nThe curves are in {html}", soft_wrap=True)


def _table(of: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Return a table with a column for each run, under its name."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in (of, *names):
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
