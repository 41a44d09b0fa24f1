"""`striate fetch`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from striate.cli.console import output


class Fetched(StrEnum):
    """Data that do not ship with striate."""

    fashion_mnist = "fashion-mnist"


def fetch(
    data: Annotated[Fetched, typer.Argument(help="fashion-mnist: 70,000 pictures of clothes in ten classes, 31 MB.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="FOLDER",
            help="A folder to make; unless given, where `striate train --data fashion-mnist` looks for it.",
            show_default=False,
        ),
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="Where the files lie; their authors' repository unless given.")
    ] = None,
) -> None:
    """Download data that do not ship with striate, and check them against their published sums."""
    from striate.data.fashion_mnist import URL, fetch_fashion_mnist  # noqa: PLC0415  torch takes a second

    folder = fetch_fashion_mnist(out, url=url or URL)
    name = data.value if out is None else str(folder)
    output.print(f"{folder} holds {data.value}. Next: striate train --data {name}", soft_wrap=True)
