"""`striate train`."""

from contextlib import nullcontext
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from striate.cli.console import output
from striate.cli.model_options import options_of
from striate.words import count, duration

if TYPE_CHECKING:
    from striate.train import History

DEFAULT_MODEL = "lenet5-modern"


def train(
    model: Annotated[
        str | None, typer.Argument(help=f"A registered model; {DEFAULT_MODEL} unless given.", show_default=False)
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FOLDER",
            help="What to learn. To tell images apart: mnist, a folder that holds a folder of images for each class, "
            "or a folder of IDX files. Unless given, mnist, or the data that the model's task has of its own.",
        ),
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the training samples.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Samples a step.")] = None,
    lr: Annotated[float | None, typer.Option(help="Peak learning rate of the one-cycle schedule.")] = None,
    optimizer: Annotated[
        str | None, typer.Option(metavar="adamw|sgd", help="Optimiser; sgd has Nesterov momentum.")
    ] = None,
    weight_decay: Annotated[float | None, typer.Option(help="Weight decay; biases and norms are spared.")] = None,
    label_smoothing: Annotated[float | None, typer.Option(help="Label smoothing of the cross-entropy.")] = None,
    augment: Annotated[
        str | None,
        typer.Option(
            metavar="none|light|planar|distort",
            help="How training images are varied: light shifts, turns and scales them; planar shifts, scales, squeezes "
            "and shears them, as handwriting varies; distort does so more strongly, and turns and bends them too.",
        ),
    ] = None,
    ema: Annotated[
        float | None, typer.Option(help="Largest decay of the moving average of the weights that is kept; 0: none.")
    ] = None,
    image_size: Annotated[
        int | None, typer.Option(help="Side, in pixels, of the square that every image is fitted to.")
    ] = None,
    options: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="What the model is built with besides, such as up=transposed; `striate models MODEL` lists them.",
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Same seed and threads, same weights, bit for bit; 0 unless given.")
    ] = None,
    threads: Annotated[int | None, typer.Option(help="CPU threads; torch's own number unless given.")] = None,
    start: Annotated[
        Path | None,
        typer.Option("--from", metavar="RUN", help="A run, such as of striate pretrain, whose encoder is begun with."),
    ] = None,
    accumulate: Annotated[
        int | None, typer.Option(help="Parts that each batch is split into, one after another, for want of memory.")
    ] = None,
    fsdp: Annotated[
        bool, typer.Option("--fsdp", help="Under torchrun: shard the weights over the processes, by FSDP2.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="FOLDER", help="The run folder to make; the next free runs/MODEL-N unless given."
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with the run in --output, or with the newest unfinished run under runs/."),
    ] = False,
) -> None:
    """Train a model and keep the run: weights, settings, log, metrics, pictures and a report.

    What is not given is the model's own recipe. Stop with Ctrl-C when you like; --resume goes on to the same weights.

    Several processes train one model together: torchrun --nproc-per-node 4 -m striate.cli train ...
    """
    from striate.cli.progress import EpochLines, LiveBar  # noqa: PLC0415  torch takes a second; --help has none
    from striate.models import task  # noqa: PLC0415
    from striate.train import Run, fit, newest_unfinished  # noqa: PLC0415
    from striate.train.distributed.processes import joined  # noqa: PLC0415
    from striate.train.run import launched_run_path  # noqa: PLC0415

    processes = joined()
    console = output if processes.leader else Console(quiet=True)
    if resume:
        run = Run.open(processes.agreed(out if out is not None else newest_unfinished(model).path))
        if run.finished:
            said = f"{run.path} is finished: nothing is left to resume, and nothing was changed."
            console.print(said, soft_wrap=True)
            return
        out, model, source = run.path, model or run.config.model, data or run.config.data.source
        if not run.config.registered or source is None:
            raise ValueError(f"{out} was started from Python, with a module or data of your own: resume it there")
        data = source or None  # "" stands for the data that the task has of its own
    model = model or DEFAULT_MODEL
    out = out or launched_run_path(model, processes)
    what = data or ("mnist" if task(model) == "classification" else f"the data of {task(model)}")
    console.print(f"{'Resuming' if resume else 'Training'} {model} on {what}, into {out}", soft_wrap=True)
    with LiveBar(console) if console.is_terminal else nullcontext(EpochLines(console)) as watcher:
        history = fit(
            model,
            data,
            epochs=epochs,
            batch_size=batch_size,
            lr=lr,
            optimizer=optimizer,
            weight_decay=weight_decay,
            label_smoothing=label_smoothing,
            augment=augment,
            ema=ema,
            image_size=image_size,
            options=options_of(options),
            seed=seed,
            threads=threads,
            start=start,
            output=out,
            resume=resume,
            callbacks=[watcher],
            accumulate=accumulate,
            fsdp=fsdp,
        )
    if processes.leader:
        _conclude(out, history)


def _conclude(run: Path, history: "History") -> None:
    """Draw the pictures, write the report, and say what was reached, where it lies and what to type next."""
    from striate.view import lesson_pictures, run_pictures, write_report  # noqa: PLC0415

    pictures = lesson_pictures(run, history.lesson) if history.data is None else run_pictures(run, history.data)
    page = write_report(run, history.lesson if history.data is None else history.data)
    names = [path.name for path in pictures]
    metrics = history.metrics
    if metrics is not None:
        spent = duration(sum(history["seconds"]))
        output.print(f"{metrics.sentence()}, after {count(len(history), 'epoch')} in {spent}.", soft_wrap=True)
    output.print(
        f"{run} holds the weights, the settings, the log, the metrics, the pictures and a report. Next:", soft_wrap=True
    )
    if history.data is not None:
        predict = [f"striate predict {quote(str(run))} {quote(str(run / 'example.png'))}"]
        names = ["learning_curves.png", "feature_maps.png", "deconvnet.png", "mistakes.png"]
    else:
        predict = []
    shown = " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
    for line in (f"striate evaluate {quote(str(run))}", *predict, f"and open {page}, or look at {shown} there"):
        output.print(f"  {line}", soft_wrap=True)
