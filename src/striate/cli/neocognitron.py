"""`striate neocognitron`."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from striate.cli.console import output
from striate.words import count, duration

if TYPE_CHECKING:
    from torch import Tensor

TIMES = 20  # that each pattern is shown, as in the paper
PLACES = 3  # pixels of 16, about a fifth of the field
LEARNT = 4000  # digits shown to each layer
NAMING = 10000  # digits by which the last cells are named
PLANES = (24, 48, 600)  # for digits: the last cells must tell hundreds of shapes apart, not five


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
    import torch  # noqa: PLC0415

    from striate.data import stream  # noqa: PLC0415
    from striate.data.stimuli import distorted, five_patterns, presentations  # noqa: PLC0415
    from striate.models.neocognitron import Neocognitron  # noqa: PLC0415
    from striate.train.self_organisation import recognise, self_organise, winner_labels  # noqa: PLC0415
    from striate.view.neocognitron import cell_answers, recognition  # noqa: PLC0415

    model = Neocognitron()
    patterns = five_patterns()
    shown = presentations(patterns, TIMES, largest_shift=PLACES, generator=stream(seed, 0))
    self_organise(model, shown, together=together)
    trials = distorted(patterns, largest_shift=PLACES, generator=stream(seed, 1))
    each = torch.arange(len(patterns))
    names = winner_labels(model(shown), each.repeat(TIMES), len(patterns))
    cells = sum(int(number) >= 0 for number in names)
    output.print(
        f"Shown {TIMES} times each, {count(len(patterns), 'pattern')} are named by {count(cells, 'last cell')}."
    )
    shares = {}
    for kind, images in trials.items():
        right = recognise(model(images), names) == each.repeat(len(images) // len(patterns))
        shares[kind] = float(right.float().mean())
        output.print(f"  {kind:8} {shares[kind]:7.1%} recognised of {len(images)}")
    cell_answers(model, patterns[4:]).save(out / "cells.png")
    recognition(model, {kind: images[-len(patterns) :] for kind, images in trials.items()}).save(out / "stimuli.png")
    return {"recognised": shares, "cells": cells}


def _mnist(out: Path, seed: int, together: bool, digits: int) -> dict[str, Any]:
    from striate.data import load, permutation  # noqa: PLC0415
    from striate.models.neocognitron import Neocognitron  # noqa: PLC0415
    from striate.train.linear_readout import linear_readout  # noqa: PLC0415
    from striate.train.self_organisation import c_cells, recognise, self_organise, winner_labels  # noqa: PLC0415
    from striate.view.neocognitron import cell_answers  # noqa: PLC0415

    data = load("mnist")
    order = permutation(len(data.train), seed=seed, epoch=0)
    train, labels = data.train.images[order].float() / 255, data.train.labels[order]
    test, truth = data.test.images.float() / 255, data.test.labels
    model = Neocognitron(PLANES, 28, selectivity=(4.0, 1.5, 3.0))
    self_organise(model, train[:LEARNT], together=together)
    output.print(f"{count(LEARNT, 'digit')} seen without labels. Of {count(len(test), 'test digit')} are right:")

    def share(found: "Tensor") -> float:
        return float((found == truth).float().mean())

    def readout(features: "Tensor", of_test: "Tensor") -> float:
        return share(linear_readout(features, labels[:digits], of_test, classes=10, epochs=5, seed=seed))

    figures = {"pixels": readout(train[:digits].flatten(1), test.flatten(1))}
    output.print(f"  {figures['pixels']:.2%} by a linear readout of the pixels")
    for module in range(2):
        name = f"U_C{module + 1}"
        figures[name] = readout(c_cells(model, train[:digits], module), c_cells(model, test, module))
        output.print(f"  {figures[name]:.2%} by a linear readout of {name}, the C-cells of module {module + 1}")
    names = winner_labels(c_cells(model, train[:NAMING], 2), labels[:NAMING], 10)
    figures["winners"] = share(recognise(c_cells(model, test, 2), names))
    output.print(f"  {figures['winners']:.2%} by the name of the strongest of {int((names >= 0).sum())} last cells")
    cell_answers(model, test[:1]).save(out / "cells.png")
    return {"accuracy": figures, "digits": digits, "learnt": LEARNT}
