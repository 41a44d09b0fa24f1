"""`striate predict`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from striate.cli.console import errors

if TYPE_CHECKING:
    from striate.train import Prediction


def predict(
    run: Annotated[Path, typer.Argument(help="A run folder, as `striate train` makes them.", show_default=False)],
    images: Annotated[
        list[Path], typer.Argument(metavar="IMAGE...", help="Image files of any size and mode.", show_default=False)
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
) -> None:
    """Tell what images show, a line each: the class, its probability, and the runners-up.

    An image that cannot be read gives an error on stderr; the others are still done, and the exit code is 1.
    """
    from striate.train import Predictor  # noqa: PLC0415  torch takes a second; --help has none

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
