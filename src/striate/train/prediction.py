"""`predict`: what a model or a run takes images for."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn

from striate.data import ImageData, read_image
from striate.data.images import border_pixels
from striate.engine.evaluating import evaluating
from striate.runtimes import load_onnx
from striate.train.config import DataConfig, LessonConfig
from striate.train.metadata import data_of
from striate.train.metrics import BATCH, device_of
from striate.train.run import Run, rebuilt
from striate.train.weights import read_metadata

Invert = Literal["auto"] | bool

EXPORTED = (".onnx", ".safetensors")  # suffixes of the files that are loaded as they are
_PICKLED = (".pt2", ".pt", ".pth", ".ckpt", ".bin", ".pkl", ".pickle")


@dataclass(frozen=True)
class Prediction:
    """What an image was taken for.

    Args:
        image: Its path, or its number in the tensor.
        label: The likeliest class.
        probability: Of that class, in [0, 1].
        ranking: All classes with their probabilities, likeliest first.
        inverted: Whether the image was turned from dark on light to light on dark first.
    """

    image: str
    label: str
    probability: float
    ranking: tuple[tuple[str, float], ...]
    inverted: bool


def predict(
    model_or_run: nn.Module | str | PathLike[str],
    images: str | PathLike[str] | Iterable[str | PathLike[str]] | Tensor,
    *,
    data: ImageData | None = None,
    invert: Invert = "auto",
) -> list[Prediction]:
    """Tell what images show.

    Args:
        model_or_run: A module that takes float images in [0, 1], or the path of a run folder or of an ONNX or
            safetensors file that `striate.export` wrote.
        images: Paths of image files of any size and mode, or a tensor (N, C, H, W) or (C, H, W), uint8 or float in
            [0, 1].
        data: For a module: the data it was trained on, for the names of the classes and the size of an image. Without
            them the classes are numbers and images must be a tensor.
        invert: Whether to invert images. "auto" inverts a grey image with a light border for a model that was trained
            on grey images with a dark one.

    Raises:
        ValueError: An image, which is named, is damaged; a tensor does not fit the model; the run is damaged.
        TypeError: A tensor is neither uint8 nor floating point.
        FileNotFoundError: An image or a file of the run, which is named, is missing.

    >>> import torch
    >>> model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 3))
    >>> [len(prediction.ranking) for prediction in predict(model, torch.rand(2, 1, 2, 2))]
    [3, 3]
    """
    if isinstance(model_or_run, nn.Module):
        predictor = Predictor(model_or_run, None if data is None else DataConfig.of(data, None))
    else:
        predictor = Predictor.open(model_or_run)
    return predictor(images, invert=invert)


class Predictor:
    """A model with what it needs to know of images, to be asked many times.

    Args:
        model: Takes float images in [0, 1].
        data: What it was trained on.
    """

    def __init__(self, model: nn.Module, data: DataConfig | None) -> None:
        self.model = model
        self.data = data

    @classmethod
    def open(cls, path: str | PathLike[str]) -> "Predictor":
        """Load the model of a run folder, or of a file that `striate.export` wrote; nothing is ever unpickled."""
        path = Path(path)
        if path.suffix in _PICKLED and not path.is_dir():
            raise ValueError(
                f"{path} is not loaded: {path.suffix} files are read by unpickling, which runs whatever code they "
                f"hold; give a run folder, or a file of {' or '.join(EXPORTED)} that `striate export` wrote"
            )
        if path.suffix not in EXPORTED or path.is_dir():
            run = Run.open(path)
            return cls(run.load_model(), run.images)
        if path.suffix == ".onnx":
            model = load_onnx(path)
            return cls(model, _images(data_of(model.metadata, path), path))
        metadata = read_metadata(path)
        data = _images(data_of(metadata, path), path)
        keywords = {**data.keywords, **json.loads(metadata.get("options", "{}"))}
        return cls(rebuilt(metadata["model"], keywords, path), data)

    def __call__(
        self, images: str | PathLike[str] | Iterable[str | PathLike[str]] | Tensor, *, invert: Invert = "auto"
    ) -> list[Prediction]:
        """Tell what images show; the arguments are those of `predict`."""
        names, pixels, inverted = self.prepare(images, invert=invert)
        if not names:
            return []
        probabilities = self._probabilities(pixels)
        count = probabilities.shape[1]
        classes = [str(label) for label in range(count)] if self.data is None else self.data.classes
        return list(_ranked(names, classes, probabilities, inverted))

    def prepare(
        self, images: str | PathLike[str] | Iterable[str | PathLike[str]] | Tensor, *, invert: Invert = "auto"
    ) -> tuple[list[str], Tensor, Tensor]:
        """Return images' names, their pixels (N, C, H, W) as the model takes them, and which were inverted (N,)."""
        if invert not in {"auto", True, False}:
            raise ValueError(f"unknown invert {invert!r}; known are 'auto', True, False")
        if isinstance(images, Tensor):
            names, pixels = (
                [str(number) for number in range(1 if images.ndim == 3 else len(images))],
                self._checked(images),
            )
        else:
            names, pixels = self._read([images] if isinstance(images, str | PathLike) else images)
        if not names:
            return names, pixels, torch.zeros(0, dtype=torch.bool)
        inverted = self._inverted(pixels, invert)
        return names, torch.where(inverted[:, None, None, None], 1 - pixels, pixels), inverted

    def _read(self, paths: Iterable[str | PathLike[str]]) -> tuple[list[str], Tensor]:
        data = self.data
        if data is None:
            raise ValueError(
                "to read image files, give data, which the model was trained on: they have the size of an image"
            )
        names = [fspath(path) for path in paths]
        read = [read_image(name, channels=data.channels, image_size=data.image_size) for name in names]
        return names, torch.stack(read).float() / 255 if read else torch.empty(0)

    def _checked(self, images: Tensor) -> Tensor:
        """Return images of a tensor as float32 (N, C, H, W) in [0, 1]."""
        if images.ndim not in {3, 4}:
            raise ValueError(f"images has shape {tuple(images.shape)}; expected (N, C, H, W) or (C, H, W)")
        pixels = images[None] if images.ndim == 3 else images
        if self.data is not None:
            expected = (self.data.channels, *self.data.image_size)
            if pixels.shape[1:] != expected:
                hint = (
                    ", channels first: permute(0, 3, 1, 2)?"
                    if pixels.shape[3] == expected[0] != pixels.shape[1]
                    else ""
                )
                raise ValueError(
                    f"an image has shape {tuple(pixels.shape[1:])}; the model was trained on {expected}{hint}"
                )
        if pixels.dtype == torch.uint8:
            return pixels.float() / 255
        if not pixels.is_floating_point():
            raise TypeError(f"images is of {images.dtype}; expected uint8, or float in [0, 1]")
        low, high = (float(value) for value in pixels.aminmax()) if pixels.numel() else (0.0, 0.0)
        if not (low >= 0 and high <= 1):  # NaN is neither
            raise ValueError(f"float images must be in [0, 1], but these are from {low:g} to {high:g}: divide by 255?")
        return pixels.float()

    def _inverted(self, pixels: Tensor, invert: Invert) -> Tensor:
        """Return which images (N,) are to be inverted; an image's border is its background."""
        if invert != "auto":
            return torch.full((len(pixels),), invert)
        if self.data is None or self.data.channels != 1 or not self.data.dark_background:
            return torch.zeros(len(pixels), dtype=torch.bool)
        return border_pixels(pixels).flatten(1).median(dim=1).values > 0.5

    def _probabilities(self, pixels: Tensor) -> Tensor:
        device = device_of(self.model)
        with evaluating(self.model), torch.inference_mode():
            return torch.cat([self.model(part.to(device)).softmax(1).cpu() for part in pixels.split(BATCH)])


def _images(data: DataConfig | LessonConfig, path: Path) -> DataConfig:
    if not isinstance(data, DataConfig):
        raise ValueError(f"{path} has a model trained on {data.name!r}, and this is for models that tell images apart")
    return data


def _ranked(names: list[str], classes: Sequence[str], probabilities: Tensor, inverted: Tensor) -> Iterator[Prediction]:
    values, order = probabilities.sort(dim=1, descending=True, stable=True)
    for name, row, labels, flag in zip(names, values.tolist(), order.tolist(), inverted.tolist(), strict=True):
        ranking = tuple((classes[label], value) for label, value in zip(labels, row, strict=True))
        yield Prediction(name, *ranking[0], ranking, flag)
