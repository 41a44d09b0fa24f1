"""`evaluate`: how well a model or a run classifies a set of images."""

from os import PathLike

from torch import nn

from striate.data import ImageData, load
from striate.train.metrics import Metrics, measure
from striate.train.run import Run


def evaluate(
    model_or_run: nn.Module | str | PathLike[str], data: str | PathLike[str] | ImageData | None = None
) -> Metrics:
    """Measure a model on the test images of a data set.

    Args:
        model_or_run: A module that takes float images in [0, 1], or the path of a run folder.
        data: What `striate.data.load` takes, or data in memory. None: the run's own, or "mnist" for a module. For a run
            they are loaded with the size and channels that it was trained with.

    Raises:
        ValueError: The data do not fit the run, or a file, which is named, is damaged.
        FileNotFoundError: A file, which is named, is missing.

    >>> import torch
    >>> from striate.data import ImageData, Images
    >>> images = Images(torch.arange(8, dtype=torch.uint8).reshape(2, 1, 2, 2), torch.tensor([0, 1]))
    >>> data = ImageData("tiny", train=images, test=images, classes=("small", "large"))
    >>> metrics = evaluate(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 2)), data)
    >>> metrics.images, metrics.confusion.shape
    (2, torch.Size([2, 2]))
    """
    if isinstance(model_or_run, nn.Module):
        loaded = data if isinstance(data, ImageData) else load("mnist" if data is None else data)
        return measure(model_or_run, loaded.test, loaded.classes)
    run = Run.open(model_or_run)
    loaded = data_for(run, data)
    return measure(run.load_model(), loaded.test, loaded.classes)


def data_for(run: Run, data: str | PathLike[str] | ImageData | None) -> ImageData:
    """Return data that fit what a run was trained on."""
    if data is None:
        return run.load_data()
    own = run.config.data
    loaded = data if isinstance(data, ImageData) else load(data, image_size=own.image_size, channels=own.channels)
    for name in ("classes", "channels", "image_size"):
        found, expected = getattr(loaded, name), getattr(own, name)
        if found != expected:
            raise ValueError(f"data {loaded.name!r} has {name} {found}, but {run.path} was trained with {expected}")
    return loaded
