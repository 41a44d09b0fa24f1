"""`striate tile`."""

from contextlib import nullcontext
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from striate.cli.console import errors, output
from striate.cli.subject import trained_model
from striate.words import count, duration


def tile(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="RUN|FILE.py:NAME",
            help="A run folder; or a module, a class or a function in a Python file, which is run.",
            show_default=False,
        ),
    ],
    input: Annotated[
        Path,
        typer.Argument(help="An image, a volume or a sound: .npy, .tif, .zarr, .wav, .png, ...", show_default=False),
    ],
    to: Annotated[
        Path, typer.Argument(metavar="OUTPUT", help="Written there: .npy, .tif, .zarr or .wav.", show_default=False)
    ],
    tile: Annotated[
        str,
        typer.Option(
            metavar="SIZE[,SIZE,...]", help="Elements of a tile along each axis; 0 for an axis that is not cut."
        ),
    ] = "512",
    axes: Annotated[
        str | None,
        typer.Option(
            help="A letter for each dimension of the input, n for a batch, c for channels, others for space: yxc for "
            "rows, columns and channels. The file's own, or n, c and space, if left out.",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an earlier call was stopped.")] = False,
) -> None:
    """Run a model on an input that is too large for the memory, with the result of the whole.

    Integers are divided by the largest of their type, as uint8 by 255. A call that was stopped goes on with --resume.
    """
    sizes = _sizes(tile)
    bar = Progress(
        BarColumn(bar_width=None), MofNCompleteColumn(), TimeRemainingColumn(), console=errors, transient=True
    )

    from striate.tiling import tiled  # noqa: PLC0415  torch takes a second; --help has none

    model = trained_model(subject)
    began = monotonic()
    done: list[int] = []
    with bar if errors.is_terminal else nullcontext():
        task = bar.add_task("", total=None)

        def progress(now: int, all: int) -> None:
            done.append(now)
            bar.update(task, completed=now, total=all)

        made = tiled(model, input, sizes, output=to, axes=axes, progress=progress, resume=resume)
    shape = " x ".join(map(str, made.shape))
    output.print(f"{to}: {shape}, {count(len(done), 'tile')} in {duration(monotonic() - began)}", soft_wrap=True)


def _sizes(text: str) -> int | list[int | None]:
    """Return the tile that a text such as `512` or `512,0` means."""
    words = text.split(",")
    if not all(word.strip().isdecimal() for word in words) or text.strip() == "0":
        raise ValueError(f"--tile must be whole numbers, such as 512 or 512,0, but got {text!r}")
    sizes = [int(word) or None for word in words]
    return int(words[0]) if len(words) == 1 else sizes
