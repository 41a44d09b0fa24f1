"""`striate models`."""

import json
from dataclasses import asdict
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated

import typer

from striate.cli.console import output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from striate.models import Listing


def models(
    model: Annotated[
        str | None, typer.Argument(help="Say all about this one; list all models unless given.", show_default=False)
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(help="Only those for classification, segmentation, super-resolution, ...", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List the models: what each is for, its year and paper, its size and cost, and what to type."""
    from striate.models import TASKS, catalogue, describe, keywords  # noqa: PLC0415  torch takes a second

    if model is not None and task is not None:
        raise ValueError(f"model {model!r} has one task: give a model or --task, but not both")
    listings = catalogue(task) if model is None else (describe(model),)
    if as_json:
        for listing in listings:
            typer.echo(json.dumps(asdict(listing), ensure_ascii=False))
    elif model is None:
        for line in lines_of(listings, get_terminal_size().columns):
            output.print(line, soft_wrap=True)
        output.print("\n`striate models MODEL` says more of one, and all that there is to type for it.", soft_wrap=True)
    else:
        (listing,) = listings
        takes = ", ".join(f"{name}={value!r}" for name, value in keywords(model).items())
        for title, text in (
            ("paper", listing.paper),
            ("task", listing.task),
            ("takes", TASKS[listing.task].takes),
            ("gives", TASKS[listing.task].gives),
            ("keywords", takes),
            ("parameters", f"{listing.parameters:,}"),
            ("multiply-adds", f"{listing.multiply_adds:,} for an input of {_size(listing)}"),
            ("type", listing.command),
        ):
            output.print(f"{title:13}  {text}", soft_wrap=True)


def lines_of(listings: "Sequence[Listing]", width: int) -> list[str]:
    """Return a line a model, under a line a task with what to type; papers have what room is left of `width`."""
    figures = [
        (listing.name, str(listing.year), f"{listing.parameters:,}", _millions(listing), _size(listing))
        for listing in listings
    ]
    titles = ("model", "year", "parameters", "mult-adds", "input")
    wide = [max(map(len, column)) for column in zip(titles, *figures, strict=True)]

    def line(figure: tuple[str, ...], paper: str) -> str:
        sides = "<>>><"
        cells = [f"{text:{side}{size}}" for text, side, size in zip(figure, sides, wide, strict=True)]
        whole = "  ".join((*cells, paper))
        return whole if len(whole) <= width else f"{whole[: width - 1]}…"

    lines, task = [line(titles, "paper")], ""
    for listing, figure in zip(listings, figures, strict=True):
        if listing.task != task:
            task = listing.task
            lines += ["", f"{task}: {listing.command.replace(listing.name, 'MODEL')}"]
        lines.append(line(figure, listing.paper))
    return lines


def _millions(listing: "Listing") -> str:
    return f"{listing.multiply_adds / 1e6:,.1f} M"


def _size(listing: "Listing") -> str:
    return "x".join(map(str, listing.input))
