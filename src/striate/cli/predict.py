"""`striate predict`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from striate.cli.console import errors, output
from striate.words import count

if TYPE_CHECKING:
    from striate.train import Prediction


def predict(
    run: Annotated[
        Path,
        typer.Argument(
            help="A run folder, as `striate train` makes them, or an .onnx or .safetensors file that `striate export` "
            "wrote.",
            show_default=False,
        ),
    ],
    images: Annotated[
        list[Path],
        typer.Argument(
            metavar="IMAGE|FOLDER...",
            help="Image files of any size and mode; with --output also folders of them, searched to any depth.",
            show_default=False,
        ),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line, with the probability of every class.")
    ] = False,
    invert: Annotated[
        bool | None,
        typer.Option(
            "--invert/--no-invert",
            help="Invert the images, or never. Unless given, grey images with a light border are inverted "
            "for a model that learnt light on dark.",
            show_default=False,
        ),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="FILE",
            help="Write a row an image there, .csv or .parquet, and nothing to the terminal.",
            show_default=False,
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=0, help="With --output: processes that read images; one a core but one unless given."),
    ] = None,
) -> None:
    """Tell what images show, a line each: the class, its probability, and the runners-up.

    An image that cannot be read gives an error on stderr; the others are still done, and the exit code is 1. With
    --output any number of images passes through bounded memory, and an error is a cell of its row.
    """
    from striate.train import Predictor, predict_files  # noqa: PLC0415  torch takes a second; --help has none

    if table is not None:
        if as_json:
            raise ValueError("--json prints, and --output writes a table: give one of them")
        tally = predict_files(run, images, table, invert="auto" if invert is None else invert, workers=workers)
        output.print(f"{table}: {count(tally.images, 'image')}, {tally.errors:,} unreadable", soft_wrap=True)
        raise typer.Exit(1 if tally.errors else 0)
    predictor = Predictor.open(run)
    failed = False
    for image in images:
        try:
            (prediction,) = predictor(image, invert="auto" if invert is None else invert)
        except (OSError, ValueError) as error:
            errors.print(f"error: {error}", style="red", soft_wrap=True)
            failed = True
            continue
        typer.echo(json.dumps(asdict(prediction), ensure_ascii=False) if as_json else _line(prediction))
    if failed:
        raise typer.Exit(1)


def _line(prediction: "Prediction") -> str:
    others = ", ".join(f"{name} {probability:.2%}" for name, probability in prediction.ranking[1:3])
    inverted = "  [inverted]" if prediction.inverted else ""
    return f"{prediction.image}: {prediction.label}  {prediction.probability:.2%}  then {others}{inverted}"
