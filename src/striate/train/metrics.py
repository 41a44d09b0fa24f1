"""How well a model classifies a set of images."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from striate.data import Images
from striate.engine.evaluating import evaluating
from striate.train.figures import figure_of
from striate.words import count

BATCH = 500


@dataclass(frozen=True, eq=False)
class Metrics:
    """What a model made of a labelled set of images.

    Args:
        loss: Mean over the images: the model's own loss where it has one, else cross-entropy without smoothing.
        predictions: int64 (N,): the label given to each image, in the set's order.
        confusion: int64 (classes, classes): how many images of the row's class were classified as the column's.
        classes: Their names.
    """

    loss: float
    predictions: Tensor
    confusion: Tensor
    classes: tuple[str, ...]

    @property
    def images(self) -> int:
        """How many there were."""
        return int(self.confusion.sum())

    @property
    def errors(self) -> int:
        """How many were misclassified."""
        return self.images - int(self.confusion.trace())

    @property
    def error(self) -> float:
        """The share that was misclassified, in [0, 1]."""
        return self.errors / self.images

    @property
    def accuracy(self) -> float:
        """The share that was classified correctly, in [0, 1]."""
        return int(self.confusion.trace()) / self.images

    @property
    def figure(self) -> float:
        """The figure of merit: the accuracy."""
        return self.accuracy

    @property
    def class_accuracy(self) -> dict[str, float]:
        """The share of each class that was classified correctly; NaN for a class without an image."""
        shares = self.confusion.diagonal() / self.confusion.sum(1)
        return dict(zip(self.classes, shares.tolist(), strict=True))

    def as_json(self) -> dict[str, Any]:
        """Return what `metrics.json` holds; a class without an image has accuracy null."""
        return {
            "accuracy": self.accuracy,
            "error": self.error,
            "errors": self.errors,
            "images": self.images,
            "loss": self.loss,
            "class_accuracy": {name: share if share == share else None for name, share in self.class_accuracy.items()},  # noqa: PLR0124  NaN
            "confusion": self.confusion.tolist(),
        }

    def sentence(self) -> str:
        """Return the result in words.

        >>> Metrics(0.1, torch.tensor([0, 1]), torch.tensor([[1, 0], [1, 998]]), ("a", "b")).sentence()
        'Test accuracy 99.90%: 1 error in 1,000 images'
        """
        shown = figure_of("acc").said(self.accuracy)
        return f"Test accuracy {shown}: {count(self.errors, 'error')} in {count(self.images, 'image')}"


def measure(model: nn.Module, images: Images, classes: Sequence[str]) -> Metrics:
    """Return the metrics of a model on a labelled set; every module is left in the mode it was in.

    Args:
        model: Takes float images in [0, 1], returns scores (N, classes).
        images: At least one; a ValueError otherwise.
        classes: Their names.
    """
    if len(images) == 0:
        raise ValueError("there is no image to measure the model on")
    total, predictions = 0.0, []
    device = device_of(model)
    with evaluating(model), torch.inference_mode():
        for pixels, labels in zip(images.images.split(BATCH), images.labels.split(BATCH), strict=True):
            scores = scores_of(model, pixels.to(device).float() / 255, len(classes))
            total += float(loss_of(model, scores, labels.to(device))) * len(labels)
            predictions.append(scores.argmax(1).cpu())
    # clone: a tensor of inference_mode could not be used where autograd records
    found = torch.cat(predictions).clone()
    cells = torch.bincount(images.labels * len(classes) + found, minlength=len(classes) ** 2)
    return Metrics(total / len(images), found, cells.reshape(len(classes), len(classes)), tuple(classes))


def scores_of(model: nn.Module, images: Tensor, classes: int) -> Tensor:
    """Return a model's scores; a ValueError where they are not (N, classes)."""
    scores: Tensor = model(images)
    if scores.shape != (len(images), classes):
        raise ValueError(
            f"the model returned a tensor of shape {tuple(scores.shape)} for {len(images)} images of {classes} "
            f"classes; it must return scores of shape {(len(images), classes)}"
        )
    return scores


def loss_of(model: nn.Module, scores: Tensor, labels: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Return a batch's mean loss: the model's own where it has a method `loss`, else cross-entropy."""
    own = getattr(model, "loss", None)
    if callable(own):
        loss: Tensor = own(scores, labels)
        return loss
    return F.cross_entropy(scores, labels, label_smoothing=label_smoothing)


def device_of(model: nn.Module) -> torch.device:
    """Return where a model's parameters are; the CPU for a model that has none."""
    return next((parameter.device for parameter in model.parameters()), torch.device("cpu"))
