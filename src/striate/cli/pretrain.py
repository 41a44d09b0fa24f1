"""`striate pretrain`."""

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from striate.cli.console import output
from striate.cli.train import train

DEFAULT_MODEL = "fcmae-mini"

# The classifier that each model's encoder is part of.
CLASSIFIERS = {"fcmae": "convnext-v2-atto", "fcmae-mini": "convnext-v2-mini"}


def pretrain(
    model: Annotated[
        str | None,
        typer.Argument(help=f"A registered model for pretraining; {DEFAULT_MODEL} unless given.", show_default=False),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FOLDER",
            help="Whose training images are learnt from, without their labels: mnist (the default), a folder that "
            "holds a folder of images for each class, or a folder of IDX files.",
        ),
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the training images.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Images a step.")] = None,
    lr: Annotated[float | None, typer.Option(help="Peak learning rate of the one-cycle schedule.")] = None,
    image_size: Annotated[
        int | None, typer.Option(help="Side, in pixels, of the square that every image is fitted to.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Same seed and threads, same weights, bit for bit; 0 unless given.")
    ] = None,
    threads: Annotated[int | None, typer.Option(help="CPU threads; torch's own number unless given.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="FOLDER", help="The run folder to make; the next free runs/MODEL-N unless given."
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with the run in --output, or with the newest unfinished run of MODEL."),
    ] = False,
) -> None:
    """Let an encoder learn from images without labels, by making the patches of them that it does not see.

    Then `striate train ... --from RUN` begins with that encoder, and needs fewer labels.
    """
    from striate.train import newest_unfinished, next_run_path  # noqa: PLC0415  torch takes a second; --help has none

    model = model or DEFAULT_MODEL
    if model not in CLASSIFIERS:
        raise ValueError(f"model {model!r} is not for pretraining; known are {', '.join(sorted(CLASSIFIERS))}")
    if out is None:
        out = newest_unfinished(model).path if resume else next_run_path(model)
    train(
        model,
        data,
        epochs=epochs,
        batch_size=batch_size,
        lr=lr,
        image_size=image_size,
        seed=seed,
        threads=threads,
        out=out,
        resume=resume,
    )
    output.print(f"  striate train {CLASSIFIERS[model]} --from {quote(str(out))}", soft_wrap=True)
