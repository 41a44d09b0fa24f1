"""Samples of any kind with a label each, or a label at each position: images, texts, signals, volumes."""

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

_KINDS = (torch.uint8, torch.int64, torch.float32)


@dataclass(frozen=True, eq=False)
class Labelled:
    """A labelled set of samples held in memory.

    Args:
        inputs: uint8 pixels (N, C, *S), which a model gets as float in [0, 1]; int64 words (N, length); or float32
            signals (N, C, *S), which it gets as they are.
        labels: int64, one a sample (N,) or one a position (N, *positions).

    Raises:
        TypeError: A tensor is of another dtype.
        ValueError: A tensor is of another rank, or there is not one row of labels a sample.

    Example:
        >>> import torch
        >>> len(Labelled(torch.zeros(3, 1, 8, 8, dtype=torch.uint8), torch.zeros(3, 8, 8, dtype=torch.int64)))
        3
    """

    inputs: Tensor
    labels: Tensor

    def __post_init__(self) -> None:
        if self.inputs.dtype not in _KINDS:
            raise TypeError(
                f"inputs: came as {self.inputs.dtype}, expected uint8 pixels, int64 words or float32 signals"
            )
        if self.labels.dtype != torch.int64:
            raise TypeError(f"labels: came as {self.labels.dtype}, expected torch.int64: convert with .long()")
        least, shape = (2, "(N, length)") if self.inputs.dtype == torch.int64 else (3, "(N, C, *S)")
        if self.inputs.ndim < least or (least == 2 and self.inputs.ndim > 2):
            raise ValueError(f"inputs: came as {tuple(self.inputs.shape)}, expected {shape} for {self.inputs.dtype}")
        if self.labels.ndim < 1 or len(self.inputs) != len(self.labels):
            raise ValueError(
                f"labels: came as {tuple(self.labels.shape)} for {len(self.inputs)} samples, expected a row a sample"
            )

    def __len__(self) -> int:
        return len(self.inputs)

    def batch(self, indices: Tensor | slice) -> tuple[Tensor, Tensor]:
        """Return some samples as a model takes them, pixels as float32 in [0, 1], and their labels.

        Example:
            >>> import torch
            >>> some = Labelled(torch.full((4, 1, 2, 2), 255, dtype=torch.uint8), torch.arange(4))
            >>> inputs, labels = some.batch(torch.tensor([2, 0]))
            >>> inputs.unique(), labels
            (tensor([1.]), tensor([2, 0]))
        """
        inputs = self.inputs[indices]
        return inputs.float().div_(255) if inputs.dtype == torch.uint8 else inputs, self.labels[indices]


@dataclass(frozen=True, eq=False)
class LabelledData:
    """A training set and a test set of the same kind, shape and classes.

    Args:
        name: What the data are called.
        train: The samples to learn from; at least one.
        test: The samples to judge by; at least one.
        classes: The classes' names; a label is an index into them.
        words: The vocabulary, for samples of words: a sample's number is an index into it.
        unit: What a sample is, in the plural.

    Raises:
        ValueError: The sets differ in kind or in a sample's shape, a set is empty, a label names no class, or a number
            names no word.

    Example:
        >>> import torch
        >>> some = Labelled(torch.zeros(2, 3, 8, 9, dtype=torch.uint8), torch.zeros(2, 8, 9, dtype=torch.int64))
        >>> LabelledData("tiny", some, some, ("ground", "thing")).keywords
        {'classes': 2, 'in_channels': 3, 'image_size': (8, 9)}
    """

    name: str
    train: Labelled
    test: Labelled
    classes: tuple[str, ...]
    words: tuple[str, ...] = field(default=(), kw_only=True)
    unit: str = field(default="samples", kw_only=True)

    def __post_init__(self) -> None:
        for name, part in (("train", self.train), ("test", self.test)):
            if part.inputs.numel() == 0 or part.labels.numel() == 0:
                raise ValueError(f"{name}: {self.name!r} has inputs of {tuple(part.inputs.shape)}, expected samples")
            self._check_indices(f"{name}: label", part.labels, len(self.classes), "classes")
            if part.inputs.dtype == torch.int64:
                self._check_indices(f"{name}: number", part.inputs, len(self.words), "words")
        ours, theirs = (
            (part.inputs.dtype, tuple(part.inputs.shape[1:]), tuple(part.labels.shape[1:]))
            for part in (self.train, self.test)
        )
        if ours != theirs:
            raise ValueError(
                f"test: inputs of {theirs[0]} {theirs[1]} with labels {theirs[2]}, expected the training set's "
                f"{ours[0]} {ours[1]} with labels {ours[2]}"
            )

    @property
    def keywords(self) -> dict[str, Any]:
        """The keywords of `striate.models.create` that the data decide."""
        sizes = {4: "image_size", 5: "volume_size"}
        inputs = self.train.inputs
        if inputs.dtype == torch.int64:
            return {"classes": len(self.classes), "vocabulary": len(self.words)}
        found: dict[str, Any] = {"classes": len(self.classes), "in_channels": inputs.shape[1]}
        if inputs.ndim in sizes:
            found[sizes[inputs.ndim]] = tuple(inputs.shape[2:])
        return found

    @staticmethod
    def _check_indices(name: str, values: Tensor, count: int, of: str) -> None:
        low, high = (int(value) for value in values.aminmax())
        if low < 0 or high >= count:
            raise ValueError(f"{name} {low if low < 0 else high} names none of the {count} {of}")
