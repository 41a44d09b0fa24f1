"""A training set in which few images have labels."""

import torch

from .images import ImageData, Images
from .sampling import stream


def few_labels(data: ImageData, each: int, *, seed: int, passes: int = 1) -> ImageData:
    """Keep a few training images of each class, drawn at random; the test images stay as they are.

    Args:
        data: From whose training images they are drawn.
        each: How many of each class, at least 1.
        seed: Which; a smaller `each` keeps the first of a larger one with the same seed.
        passes: How often each kept image stands in the set, at least 1: so often is it seen in an epoch, after which
            the test images are measured.

    Raises:
        ValueError: A class has fewer training images, or a number is below 1.

    Example:
        >>> from striate.data import load
        >>> some = few_labels(load("mnist"), 10, seed=0)
        >>> len(some.train), some.train.labels.bincount().tolist(), len(some.test)
        (100, [10, 10, 10, 10, 10, 10, 10, 10, 10, 10], 10000)
    """
    for name, number in (("each", each), ("passes", passes)):
        if number < 1:
            raise ValueError(f"{name}: came as {number}, expected at least 1")
    train, order = data.train, torch.randperm(len(data.train), generator=stream(seed))
    kept = []
    for label, title in enumerate(data.classes):
        found = order[train.labels[order] == label][:each]
        if len(found) < each:
            raise ValueError(f"each: came as {each}, but {data.name!r} has {len(found)} training images of {title!r}")
        kept.append(found)
    index = torch.cat(kept).repeat(passes)
    return ImageData(data.name, Images(train.images[index], train.labels[index]), data.test, data.classes)
