"""`striate neocognitron`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from striate.cli.console import output
from striate.words import count, duration


class Stimuli(StrEnum):
    """What a neocognitron is shown."""

    five = "five"
    mnist = "mnist"


def neocognitron(
    stimuli: Annotated[
        Stimuli,
        typer.Argument(help="five: the digits 0 to 4 of the paper's experiment, in seconds. mnist: in minutes."),
    ] = Stimuli.five,
    out: Annotated[
        Path, typer.Option("--output", metavar="FOLDER", help="Where figures and pictures are written.")
    ] = Path("runs/neocognitron"),
    seed: Annotated[int, typer.Option(help="Of the places and the noise, or of the order of the digits.")] = 0,
    together: Annotated[
        bool, typer.Option("--together", help="All layers learn at every image, instead of one layer after another.")
    ] = False,
    digits: Annotated[
        int, typer.Option(min=100, max=60000, help="mnist: training digits of the linear readouts.")
    ] = 60000,
) -> None:
    """Let Fukushima's neocognitron of 1980 organise itself without a teacher, and see what it recognises."""
    from time import perf_counter  # noqa: PLC0415  torch takes a second; --help has none

    from striate.train.files import write_json  # noqa: PLC0415

    out.mkdir(parents=True, exist_ok=True)
    start = perf_counter()
    figures = _five(out, seed, together) if stimuli is Stimuli.five else _mnist(out, seed, together, digits)
    write_json(out / "figures.json", {"stimuli": stimuli.value, "seed": seed, "together": together, **figures})
    output.print(f"{duration(perf_counter() - start)}. {out} holds figures.json and the pictures.", soft_wrap=True)


def _five(out: Path, seed: int, together: bool) -> dict[str, Any]:
    from striate.lineage.systems.neocognitron import TIMES, five  # noqa: PLC0415
    from striate.view.neocognitron import cell_answers, recognition  # noqa: PLC0415

    found = five(seed, together=together)
    patterns = found.patterns
    output.print(
        f"Shown {TIMES} times each, {count(len(patterns), 'pattern')} are named by {count(found.cells, 'last cell')}."
    )
    for kind, share in found.recognised.items():
        output.print(f"  {kind:8} {share:7.1%} recognised of {len(found.stimuli[kind])}")
    cell_answers(found.model, patterns[4:]).save(out / "cells.png")
    last = {kind: images[-len(patterns) :] for kind, images in found.stimuli.items()}
    recognition(found.model, last).save(out / "stimuli.png")
    return {"recognised": found.recognised, "cells": found.cells}


def _mnist(out: Path, seed: int, together: bool, read: int) -> dict[str, Any]:
    from striate.lineage.systems.neocognitron import LEARNT, digits  # noqa: PLC0415
    from striate.view.neocognitron import cell_answers  # noqa: PLC0415

    words = {
        "pixels": "by a linear readout of the pixels",
        "U_C1": "by a linear readout of U_C1, the C-cells of module 1",
        "U_C2": "by a linear readout of U_C2, the C-cells of module 2",
        "winners": "by the name of the strongest of the last cells",
    }
    output.print(f"{count(LEARNT, 'digit')} seen without labels. Of the test digits are right:")
    found = digits(
        seed,
        together=together,
        read=read,
        on_figure=lambda name, share: output.print(f"  {share:.2%} {words[name]}"),
    )
    cell_answers(found.model, found.test[:1]).save(out / "cells.png")
    return {"accuracy": found.accuracy, "named": found.named, "digits": read, "learnt": LEARNT}
