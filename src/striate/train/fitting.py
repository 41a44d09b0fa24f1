"""`fit`: train a model on labelled images."""

import warnings
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import torch
from torch import nn

from striate import models
from striate.data import NAMED, ImageData, load, stream
from striate.train.callbacks import Callback
from striate.train.config import Config, DataConfig
from striate.train.determinism import kept_generators, seed_generators
from striate.train.history import History
from striate.train.loop import Training
from striate.train.metrics import measure
from striate.train.run import Run, refuse_existing
from striate.train.settings import DEFAULT_RECIPE, Settings, adapted
from striate.train.weights import load_weights


def fit(
    model: str | nn.Module,
    data: str | PathLike[str] | ImageData = "mnist",
    *,
    epochs: int | None = None,
    batch_size: int | None = None,
    lr: float | None = None,
    optimizer: str | None = None,
    weight_decay: float | None = None,
    label_smoothing: float | None = None,
    augment: bool | None = None,
    ema: float | None = None,
    seed: int | None = None,
    threads: int | None = None,
    image_size: int | tuple[int, int] | None = None,
    output: str | PathLike[str] | None = None,
    resume: bool = False,
    callbacks: Sequence[Callback] = (),
    save_seconds: float = 30.0,
) -> History:
    """Train a model on labelled images; the same seed and number of threads give the same weights, bit for bit.

    A setting that is None is the model's registered recipe's, or, for a module in no registry, that of
    `striate.train.DEFAULT_RECIPE`; when a run is resumed, it is the run's own. Where none of epochs, batch_size and lr
    is given, few images are taken in smaller batches, at a smaller rate, for more epochs.

    Args:
        model: A name of `striate.models.names()`, or a module that takes float images (N, C, H, W) in [0, 1] and
            returns scores (N, classes). It is trained in place and left in eval mode, by its own method
            `loss(scores, labels)` where it has one, by cross-entropy otherwise.
        data: What `striate.data.load` takes, or data in memory.
        epochs: Passes over the training images.
        batch_size: Images a step; the last step of an epoch may have fewer.
        lr: The peak of the one-cycle schedule.
        optimizer: "adamw" or "sgd" (Nesterov momentum).
        weight_decay: Of parameters with more than one axis.
        label_smoothing: Of the cross-entropy.
        augment: Whether training images are shifted, turned and scaled a little.
        ema: Largest decay of the moving average of the weights, such as 0.999, which is then what is measured and
            kept; 0 for none.
        seed: Of the first weights, the order of the images, the augmentation and dropout; 0 unless given. torch's own
            generator is left as it was.
        threads: For torch, while this runs; as many as it has now unless given.
        image_size: To which the images are brought, for data that are to be loaded.
        output: A run folder to make. Without it nothing is written.
        resume: Go on with the run in `output`, to the same weights as if it had never been stopped.
        callbacks: Told of each step and each epoch.
        save_seconds: How often the state is saved within an epoch; it is also saved at the end of each.

    Raises:
        ValueError: A setting is out of range, or is not the one the resumed run was started with.
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
    run = None
    if resume and output is not None:
        run = Run.open(output)
    elif output is not None:
        refuse_existing(Path(output))
    name = model if isinstance(model, str) else type(model).__name__
    recipe = models.recipe(model) if isinstance(model, str) else DEFAULT_RECIPE
    source, loaded = _load(data, image_size, run)
    if epochs is None and batch_size is None and lr is None:
        recipe = adapted(recipe, len(loaded.train))
    settings = (Settings.from_recipe(recipe) if run is None else run.config.settings).updated(
        {
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
        }
    )
    config = Config(name, isinstance(model, str), DataConfig.of(loaded, source), settings)
    if run is not None:
        run.config.check_resumable(config, run.path)

    network = _create(model, config) if isinstance(model, str) else model
    if run is not None and run.finished:
        warnings.warn(f"{run.path} is finished: nothing is left to resume, and nothing was changed", stacklevel=2)
        load_weights(run.path / "model.safetensors", network, name)
        metrics = measure(network, loaded.test, loaded.classes)
        return History(run.history(), model=network.eval(), data=loaded, metrics=metrics, run=run.path)

    training = Training(network, loaded, config, callbacks, save_seconds)
    if run is not None:
        training.restore(run)
    elif output is not None:
        training.run = Run.create(Path(output), config, training.current_state())
    metrics = training.complete()
    path = None if training.run is None else training.run.path
    return History(training.state.rows, model=network.eval(), data=loaded, metrics=metrics, run=path)


def _load(
    data: str | PathLike[str] | ImageData, image_size: int | tuple[int, int] | None, run: Run | None
) -> tuple[str | None, ImageData]:
    """Return where data came from, if from anywhere, and the data."""
    if isinstance(data, ImageData):
        if image_size is not None:
            raise ValueError("image_size is for data that are to be loaded; these are in memory, and have their size")
        return None, data
    if image_size is None and run is not None:
        image_size = run.config.data.image_size
    source = data if isinstance(data, str) and data in NAMED else str(Path(data).resolve())
    return source, load(source, image_size=image_size)


def _create(name: str, config: Config) -> nn.Module:
    """Build a registered model with the first weights of the config's seed."""
    data = config.data
    with kept_generators(torch.device("cpu")):
        seed_generators(stream(config.settings.seed).initial_seed(), torch.device("cpu"))
        return models.create(name, in_channels=data.channels, image_size=data.image_size, classes=len(data.classes))
