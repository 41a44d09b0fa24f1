"""`fit`: train a model on images, or on whatever else there is to learn."""

import warnings
from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import torch
from torch import nn

from striate import models
from striate.data import NAMED, ImageData, LabelledData, stream
from striate.train.callbacks import Callback
from striate.train.config import Config, describe
from striate.train.determinism import kept_generators, seed_generators
from striate.train.distributed.processes import Processes, joined
from striate.train.history import History
from striate.train.lesson import Lesson
from striate.train.lessons import ImageLesson, lesson_of, open_lesson
from striate.train.loop import Training
from striate.train.run import Run, refuse_existing
from striate.train.settings import DEFAULT_RECIPE, Settings, adapted
from striate.train.weights import load_encoder, load_weights

Data = str | PathLike[str] | ImageData | LabelledData | Lesson | None


def fit(
    model: str | nn.Module,
    data: Data = None,
    *,
    epochs: int | None = None,
    batch_size: int | None = None,
    lr: float | None = None,
    optimizer: str | None = None,
    weight_decay: float | None = None,
    label_smoothing: float | None = None,
    augment: bool | str | None = None,
    ema: float | None = None,
    seed: int | None = None,
    threads: int | None = None,
    image_size: int | tuple[int, int] | None = None,
    options: Mapping[str, Any] | None = None,
    start: str | PathLike[str] | None = None,
    output: str | PathLike[str] | None = None,
    resume: bool = False,
    callbacks: Sequence[Callback] = (),
    save_seconds: float = 30.0,
    accumulate: int | None = None,
    fsdp: bool = False,
) -> History:
    """Train a model; the same seed and number of threads give the same weights, bit for bit.

    A setting that is None is the model's registered recipe's, or, for a module in no registry, that of
    `striate.train.DEFAULT_RECIPE`; when a run is resumed, it is the run's own. Where none of epochs, batch_size and lr
    is given, few images to tell apart are taken in smaller batches, at a smaller rate, for more epochs.

    Args:
        model: A name of `striate.models.names()`, or a module, which for images takes float (N, C, H, W) in [0, 1] and
            returns scores (N, classes). It is trained in place and left in eval mode, by its own method
            `loss(scores, labels)` where it has one, by cross-entropy otherwise, unless a lesson says how else.
        data: What to learn: `ImageData`, `LabelledData`, or a `Lesson`, which serves any task; or the name or the path
            of data for the model's task, for classification what `striate.data.load` takes. None: the task's own data,
            MNIST for classification.
        epochs: Passes over the training samples.
        batch_size: Samples a step; the last step of an epoch may have fewer.
        lr: The peak of the one-cycle schedule.
        optimizer: "adamw" or "sgd" (Nesterov momentum).
        weight_decay: Of parameters with more than one axis.
        label_smoothing: Of the cross-entropy.
        augment: How training images are varied, as `striate.data.augmented` has it: "none", "light" (the same as True),
            or, for handwriting, "planar" or "distort"; for lessons that heed it.
        ema: Largest decay of the moving average of the weights, such as 0.999, which is then what is measured and
            kept; 0 for none.
        seed: Of the first weights, the order of the samples, the augmentation and dropout; 0 unless given. torch's own
            generator is left as it was.
        threads: For torch, while this runs; as many as it has now unless given.
        image_size: To which the images are brought, for data that are to be loaded or made.
        options: Keywords of `striate.models.create` that the data do not decide, such as `{"up": "transposed"}`; as
            the model is published unless given.
        start: A run folder, such as one of "fcmae-mini" for a "convnext-v2-mini": the model's encoder begins with the
            weights of that run's. Unless given, all first weights are drawn.
        output: A run folder to make. Without it nothing is written.
        resume: Go on with the run in `output`, to the same weights as if it had never been stopped.
        callbacks: Told of each step and each epoch.
        save_seconds: How often the state is saved within an epoch; it is also saved at the end of each.
        accumulate: Parts that each batch is split into, one after another, for want of memory; 1 unless given.
        fsdp: Whether each process keeps only its part of the weights and of the optimiser's sums, by FSDP2.

    Several processes that torchrun starts train one model together, each on its part of every batch, and come to the
    weights of one process but for rounding, and for what a model draws, such as dropout. The first makes the run folder
    and has the callbacks. Started anew by torchrun after one was killed, they go on by themselves.

    Raises:
        ValueError: A setting is out of range, has no meaning for the data, or is not the one the resumed run was
            started with.
        FileExistsError: `output` exists already.
        DivergenceError: The loss is NaN or infinite; the last good state is kept.
        Interrupted: Ctrl-C or SIGTERM came; the batch was finished and the state saved. It is a KeyboardInterrupt.

    >>> import torch
    >>> from striate.data import ImageData, Images
    >>> generator = torch.Generator().manual_seed(0)
    >>> images = torch.randint(0, 90, (64, 1, 12, 12), dtype=torch.uint8, generator=generator)
    >>> images[::2, :, 4:8] += 160  # a bar in every other image
    >>> bars = Images(images, torch.arange(64) % 2)
    >>> data = ImageData("bars", train=bars, test=bars, classes=("bar", "none"))
    >>> model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(144, 2))
    >>> history = fit(model, data, epochs=8, batch_size=8, lr=0.01)
    >>> len(history), history["val_acc"][-1]
    (8, 1.0)
    """
    if resume and output is None:
        raise ValueError("resume needs output, the run folder to go on with")
    if resume and start is not None:
        raise ValueError(f"start is for a new run, but {output} is gone on with from its own weights: leave it out")
    given = {
        "epochs": epochs,
        "batch_size": batch_size,
        "lr": lr,
        "optimizer": optimizer,
        "weight_decay": weight_decay,
        "label_smoothing": label_smoothing,
        "augment": augment,
        "ema": ema,
        "seed": seed,
        "threads": threads,
        "accumulate": accumulate,
    }
    processes = joined()
    if fsdp and not processes.grouped:
        raise ValueError("fsdp shards a model over processes: start them with torchrun")
    run, again = _opened(output, processes, resume=resume)
    config, lesson = _planned(model, data, image_size, run, start, options, given)
    name = config.model
    network = _create(model, config) if isinstance(model, str) else model
    if isinstance(model, str) and processes.grouped and torch.cuda.is_available():
        network.cuda()
    if run is not None and run.finished:
        if processes.leader and not again:
            warnings.warn(f"{run.path} is finished: nothing is left to resume, and nothing was changed", stacklevel=2)
        load_weights(run.path / "model.safetensors", network, name)
        metrics = lesson.measure(network)
        return History(run.history(), model=network.eval(), lesson=lesson, metrics=metrics, run=run.path)
    if start is not None and run is None:
        load_encoder(Run.open(start).path / "model.safetensors", network, name)
    watching = callbacks if processes.leader else ()
    training = Training(network, lesson, config, watching, save_seconds, processes, fsdp)
    if run is not None:
        training.restore(run)
    elif output is not None:
        state = training.current_state()
        if processes.leader:
            Run.create(Path(output), config, state)
        processes.wait()
        training.run = Run(Path(output), config)
    if training.run is not None and processes.leader:
        lesson.keep(training.run.path)
    metrics = training.complete()
    path = None if training.run is None else training.run.path
    return History(training.state.rows, model=network.eval(), lesson=lesson, metrics=metrics, run=path)


def _opened(output: str | PathLike[str] | None, processes: Processes, *, resume: bool) -> tuple[Run | None, bool]:
    """Return the run that is to be gone on with, None for a new one; and whether torchrun has started us anew for it.

    That it is ours is noted before it is made: of two runs of the same name, only our own is ever gone on with.
    """
    if output is None:
        return None, False
    key = f"run {Path(output).resolve()}"
    ours = processes.noted(key) is not None
    if resume or (ours and processes.agreed((Path(output) / "config.json").is_file())):
        return Run.open(output), ours
    if not ours:
        refuse_existing(Path(output))
        processes.wait()
        processes.note(key, "begun")
    return None, ours


def _planned(
    model: str | nn.Module,
    data: Data,
    image_size: int | tuple[int, int] | None,
    run: Run | None,
    start: str | PathLike[str] | None,
    options: Mapping[str, Any] | None,
    given: Mapping[str, Any],
) -> tuple[Config, Lesson]:
    """Return every value that decides a training, and what it is to learn."""
    name = model if isinstance(model, str) else type(model).__name__
    recipe = models.recipe(model) if isinstance(model, str) else DEFAULT_RECIPE
    source, lesson = _lesson(data, model, image_size, run)
    if isinstance(lesson, ImageLesson) and all(given[name] is None for name in ("epochs", "batch_size", "lr")):
        recipe = adapted(recipe, len(lesson))
    settings = (Settings.from_recipe(recipe) if run is None else run.config.settings).updated(given)
    if settings.augment != "none" and not lesson.augments:
        raise ValueError(f"augment: data {lesson.name!r} have no augmentation; leave it out, or pass False")
    began = None if start is None else str(Path(start).resolve())
    built_with = _options(options, model, run)
    config = Config(name, isinstance(model, str), describe(lesson, source), settings, built_with, began)
    if run is not None:
        run.config.check_resumable(config, run.path)
    return config, lesson


def _lesson(
    data: Data, model: str | nn.Module, image_size: int | tuple[int, int] | None, run: Run | None
) -> tuple[str | None, Lesson]:
    """Return where the data came from, None for data in memory, "" for a task's own; and what to make of them."""
    name = model if isinstance(model, str) else None
    if isinstance(data, ImageData | LabelledData | Lesson):
        if image_size is not None:
            raise ValueError("image_size is for data that are to be loaded; these are in memory, and have their size")
        if isinstance(data, Lesson):
            return None, data
        return None, lesson_of(data) if isinstance(data, LabelledData) else open_lesson(name, data)
    if data is not None and not isinstance(data, str | PathLike):
        raise TypeError(
            f"data came as {type(data).__name__}, expected a name, a path, ImageData, LabelledData, or a Lesson, "
            "which has name, keywords, figure, unit, augments, len(), batch, loss, measure, checksum and exhibit"
        )
    asked = {} if image_size is None else {"image_size": image_size}
    if run is not None:
        asked = {**run.config.data.keywords, **asked}
    source = _source(data, name)
    return source or "", open_lesson(name, source, asked)


def _source(data: str | PathLike[str] | None, model: str | None) -> str | None:
    """Return a path in full, from wherever the run may be resumed; a name, or None for a task's own data, as it is."""
    if data is None:
        return "mnist" if model is None or models.task(model) == "classification" else None
    named = data in NAMED or not Path(data).exists()
    return fspath(data) if named else str(Path(data).resolve())


def _options(options: Mapping[str, Any] | None, model: str | nn.Module, run: Run | None) -> dict[str, Any]:
    if options is None:
        return {} if run is None else run.config.options
    if not isinstance(model, str):
        raise ValueError(f"options are for a registered model, which is built here; {type(model).__name__} is built")
    return dict(options)


def _create(name: str, config: Config) -> nn.Module:
    """Build a registered model with the first weights of the config's seed."""
    with kept_generators(torch.device("cpu")):
        seed_generators(stream(config.settings.seed).initial_seed(), torch.device("cpu"))
        return models.create(name, **config.keywords)
