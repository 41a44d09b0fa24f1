"""The lesson of labels: one a sample (texts, volumes) or one a position (the pixels of an image, a signal's times)."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from striate.data import LabelledData
from striate.engine.evaluating import evaluating
from striate.train.checksum import checksum_of
from striate.train.figures import figure_of
from striate.train.lesson import Lesson
from striate.train.metrics import device_of, loss_of
from striate.train.settings import Settings

# Values of scores that are measured at once: 64 MB of float32.
_VALUES = 2**24


@dataclass(frozen=True, eq=False)
class LabelledMetrics:
    """What a model made of a labelled set.

    Args:
        loss: Mean over the labels: the model's own loss where it has one, else cross-entropy without smoothing.
        confusion: int64 (classes, classes): how many labels of the row's class were given the column's.
        classes: Their names.
        samples: How many were measured.
        unit: What a sample is, in the plural.
        merit: Which of "acc" and "iou" is the figure of merit.

    >>> metrics = LabelledMetrics(0.5, torch.tensor([[6, 2], [1, 3]]), ("ground", "thing"), 3, "images", "iou")
    >>> metrics.accuracy, metrics.class_iou, metrics.sentence()
    (0.75, {'ground': 0.6666666666666666, 'thing': 0.5}, 'Test mean IoU 58.33%, accuracy 75.00%, in 3 images')
    """

    loss: float
    confusion: Tensor
    classes: tuple[str, ...]
    samples: int
    unit: str
    merit: str

    @property
    def figure(self) -> float:
        """The figure of merit."""
        return self.accuracy if self.merit == "acc" else self.iou

    @property
    def accuracy(self) -> float:
        """The share of labels that were given, in [0, 1]."""
        return int(self.confusion.trace()) / int(self.confusion.sum())

    @property
    def class_iou(self) -> dict[str, float]:
        """The intersection over union of each class; NaN for a class that is neither there nor given."""
        shares = iou_of(self.confusion)
        return dict(zip(self.classes, shares.tolist(), strict=True))

    @property
    def iou(self) -> float:
        """The mean of the classes' intersection over union, over those that are there or given, in [0, 1]."""
        return mean_iou(self.confusion)

    def as_json(self) -> dict[str, Any]:
        """Return what `metrics.json` holds; a class that is neither there nor given has the value null."""
        return {
            "accuracy": self.accuracy,
            "iou": self.iou,
            "loss": self.loss,
            self.unit: self.samples,
            "class_iou": {name: share if share == share else None for name, share in self.class_iou.items()},  # noqa: PLR0124  NaN
            "confusion": self.confusion.tolist(),
        }

    def sentence(self) -> str:
        """Return the result in words."""
        accuracy, iou = figure_of("acc"), figure_of("iou")
        said = f"{accuracy.title} {accuracy.said(self.accuracy)}"
        if self.merit == "iou":
            said = f"{iou.title} {iou.said(self.iou)}, {said}"
        return f"Test {said}, in {self.samples:,} {self.unit}"


def iou_of(confusion: Tensor) -> Tensor:
    r"""Return each class's intersection over union, float64 (classes,); NaN for one that is neither there nor given.

    $$n_{ii} / (\sum_j n_{ij} + \sum_j n_{ji} - n_{ii})$$

    Source: Long, Shelhamer, Darrell, "Fully convolutional networks for semantic segmentation", 2015, section 5.

    >>> iou_of(torch.tensor([[6, 2, 0], [1, 3, 0], [0, 0, 0]]))
    tensor([0.6667, 0.5000,    nan], dtype=torch.float64)
    """
    right = confusion.diagonal().double()
    return right / (confusion.sum(0) + confusion.sum(1) - right)


def mean_iou(confusion: Tensor) -> float:
    """Return the mean of `iou_of` over the classes that are there or given.

    >>> mean_iou(torch.tensor([[6, 2, 0], [1, 3, 0], [0, 0, 0]]))
    0.5833333333333333
    """
    return float(iou_of(confusion).nanmean())


class LabelledLesson(Lesson):
    """Labels to be given to samples or to their positions, from scores (N, classes, *positions).

    Args:
        data: The samples.
        figure: "acc" or "iou"; unless given, "iou" where the labels of a sample are a map, else "acc".

    >>> from striate.data import Labelled
    >>> some = Labelled(torch.zeros(4, 1, 8, 8, dtype=torch.uint8), torch.zeros(4, 8, 8, dtype=torch.int64))
    >>> lesson = LabelledLesson(LabelledData("tiny", some, some, ("ground", "thing")))
    >>> lesson.figure, lesson.measure(nn.Conv2d(1, 2, 1)).confusion.sum()
    ('iou', tensor(256))
    """

    def __init__(self, data: LabelledData, figure: str = "") -> None:
        if figure not in {"", "acc", "iou"}:
            raise ValueError(f"unknown figure {figure!r}; known are 'acc', 'iou'")
        self.data = data
        self.name, self.unit, self.keywords = data.name, data.unit, data.keywords
        self.figure = figure or ("iou" if data.train.labels.ndim > 2 else "acc")

    def __len__(self) -> int:
        return len(self.data.train)

    def batch(self, indices: Tensor, generator: torch.Generator, settings: Settings) -> tuple[Tensor, ...]:  # noqa: ARG002
        """Return samples and their labels."""
        return self.data.train.batch(indices)

    def loss(self, model: nn.Module, batch: tuple[Tensor, ...], settings: Settings) -> tuple[Tensor, float]:
        """Return the mean loss, and the figure of merit of the batch times its samples."""
        inputs, labels = batch
        scores = self._scores(model, inputs, labels)
        loss = loss_of(model, scores, labels, settings.label_smoothing)
        given = scores.argmax(1)
        if self.figure == "acc":
            return loss, float((given == labels).sum()) * len(labels) / labels.numel()
        return loss, mean_iou(self._confusion(given, labels)) * len(labels)

    def measure(self, model: nn.Module) -> LabelledMetrics:
        """Return accuracy and mean intersection over union on the test set."""
        data, device = self.data, device_of(model)
        classes = len(data.classes)
        total, confusion = 0.0, torch.zeros(classes, classes, dtype=torch.int64)
        at_once = max(1, min(500, _VALUES * len(data.test) // (classes * data.test.labels.numel())))
        with evaluating(model), torch.inference_mode():
            for start in range(0, len(data.test), at_once):
                inputs, labels = (part.to(device) for part in data.test.batch(slice(start, start + at_once)))
                scores = self._scores(model, inputs, labels)
                total += float(loss_of(model, scores, labels)) * len(labels)
                confusion += self._confusion(scores.argmax(1), labels).cpu()
        return LabelledMetrics(
            total / len(data.test), confusion.clone(), data.classes, len(data.test), data.unit, self.figure
        )

    def checksum(self) -> str:
        """Return the CRC-32 of all samples and labels, in hexadecimal."""
        return checksum_of(
            *(tensor for part in (self.data.train, self.data.test) for tensor in (part.inputs, part.labels))
        )

    def _scores(self, model: nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
        scores: Tensor = model(inputs)
        expected = (len(labels), len(self.data.classes), *labels.shape[1:])
        if scores.shape != expected:
            raise ValueError(
                f"the model returned a tensor of shape {tuple(scores.shape)} for {len(inputs)} {self.unit} of "
                f"{len(self.data.classes)} classes; it must return scores of shape {expected}"
            )
        return scores

    def _confusion(self, given: Tensor, labels: Tensor) -> Tensor:
        classes = len(self.data.classes)
        return torch.bincount((labels * classes + given).flatten(), minlength=classes**2).reshape(classes, classes)
