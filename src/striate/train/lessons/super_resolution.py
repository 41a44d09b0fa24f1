"""The lesson of super-resolution: photographs, from what is left of them when they are made small."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from striate.arithmetic.arguments import integer
from striate.data import ImageData, Photographs, enlarge, load_photographs, shrink
from striate.engine.evaluating import evaluating
from striate.train.checksum import checksum_of
from striate.train.figures import figure_of
from striate.train.lesson import Lesson
from striate.train.metrics import device_of
from striate.train.settings import Settings
from striate.words import count

CROPS = 4000  # an epoch
SIDE = 16  # of a crop of the small photograph, in pixels; the papers' are 11 (SRCNN's of 33) and 17
SCALE = 3
EXHIBITED = 96  # side of what is shown, in pixels of the photograph
_LEAST = 1e-10  # of the mean squared error: where a crop is flat, 100 dB


def psnr(made: Tensor, wanted: Tensor, border: int = 0) -> Tensor:
    r"""Return the peak signal-to-noise ratio of each image in dB, (N,), for values whose peak is 1.

    $$-10 \log_{10} \frac{1}{CHW} \sum (\hat x - x)^2$$

    Args:
        made: (N, C, H, W).
        wanted: likewise.
        border: pixels on each side that do not count.

    >>> psnr(torch.zeros(1, 1, 4, 4), torch.full((1, 1, 4, 4), 0.1))
    tensor([20.])
    """
    inner = slice(border, -border or None)
    error = (made - wanted)[:, :, inner, inner].square().mean((1, 2, 3))
    return -10 * error.clamp_min(_LEAST).log10()


@dataclass(frozen=True)
class SuperResolutionMetrics:
    """How well held-out photographs were made larger, all but a border of `scale` pixels.

    Args:
        loss: mean squared error, a mean over photographs.
        psnr: in dB, likewise, with the output clamped to [0, 1].
        bicubic: the PSNR of bicubic interpolation.
        photographs: how many.

    >>> SuperResolutionMetrics(0.001, 30.5, 29.25, 2).sentence()
    'Test PSNR 30.50 dB, 1.25 dB above bicubic interpolation, of 2 photographs'
    """

    loss: float
    psnr: float
    bicubic: float
    photographs: int

    @property
    def figure(self) -> float:
        """The figure of merit: the PSNR."""
        return self.psnr

    @property
    def gain(self) -> float:
        """By how many dB the PSNR is above that of bicubic interpolation."""
        return self.psnr - self.bicubic

    def as_json(self) -> dict[str, Any]:
        """Return what `metrics.json` holds."""
        return {
            "psnr": self.psnr,
            "bicubic": self.bicubic,
            "gain": self.gain,
            "loss": self.loss,
            "photographs": self.photographs,
        }

    def sentence(self) -> str:
        """Return the result in words."""
        form = figure_of("psnr")
        side = "above" if self.gain >= 0 else "below"
        return (
            f"Test {form.title} {form.said(self.psnr)}, {form.said(abs(self.gain))} {side} bicubic interpolation, of "
            f"{count(self.photographs, 'photograph')}"
        )


class SuperResolutionLesson(Lesson):
    """Crops of photographs to be made again from the same crops of the photographs made small.

    Photographs are made small whole, so that a crop's border is not interpolated across, and drawn in proportion to
    their areas. With any `augment` but "none" crops are turned over and on their sides.

    Args:
        data: the photographs.
        scale: how many times as small.

    Raises:
        ValueError: a photograph that is too small for a crop of 16 pixels.

    >>> from striate.train.settings import DEFAULT_RECIPE
    >>> lesson = SuperResolutionLesson(Photographs("grey", [torch.rand(50, 60)], [torch.rand(49, 49)]))
    >>> small, large = lesson.batch(torch.arange(5), torch.Generator(), Settings.from_recipe(DEFAULT_RECIPE))
    >>> small.shape, large.shape
    (torch.Size([5, 1, 16, 16]), torch.Size([5, 1, 48, 48]))
    """

    figure = "psnr"
    unit = "crops"
    augments = True

    def __init__(self, data: Photographs, scale: int = SCALE) -> None:
        self.data, self.scale = data, integer(scale, "scale", 2)
        self.name = data.name
        self.keywords = {"in_channels": 1, "scale": scale}
        self.train = [_pair(image, scale) for image in data.train]
        self.test = [_pair(image, scale) for image in data.test]
        self.areas = torch.tensor([float(image.numel()) for image in data.train])

    def __len__(self) -> int:
        return CROPS

    def batch(self, indices: Tensor, generator: torch.Generator, settings: Settings) -> tuple[Tensor, ...]:
        """Return crops of the small photographs and of the whole ones, at places that the generator draws."""
        which = torch.multinomial(self.areas, len(indices), replacement=True, generator=generator).tolist()
        places = torch.rand(len(indices), 2, generator=generator, dtype=torch.float64).tolist()
        turns = torch.randint(2, (len(indices), 2), generator=generator, dtype=torch.bool).tolist()
        crops = []
        for index, place, (over, sideways) in zip(which, places, turns, strict=True):
            small, large = self.train[index]
            row, column = (int(at * (side - SIDE + 1)) for at, side in zip(place, small.shape[2:], strict=True))
            pair = tuple(
                image[0, :, row * step : (row + SIDE) * step, column * step : (column + SIDE) * step]
                for image, step in ((small, 1), (large, self.scale))
            )
            if settings.augment != "none":
                pair = tuple(image.flip(2) if over else image for image in pair)
                pair = tuple(image.transpose(1, 2) if sideways else image for image in pair)
            crops.append(pair)
        small, large = (torch.stack(images) for images in zip(*crops, strict=True))
        return small, large

    def loss(self, model: nn.Module, batch: tuple[Tensor, ...], settings: Settings) -> tuple[Tensor, float]:  # noqa: ARG002
        """Return the mean squared error, as both papers do, and the sum of the crops' PSNR."""
        small, large = batch
        made = self._made(model, small, large)
        return F.mse_loss(made, large), float(psnr(made.detach(), large).sum())

    def measure(self, model: nn.Module) -> SuperResolutionMetrics:
        """Return the PSNR of the held-out photographs, each made larger as a whole."""
        losses, made, bicubic = [], [], []
        with evaluating(model), torch.inference_mode():
            for small, large in self.test:
                output = self._made(model, small.to(device_of(model)), large).cpu()
                losses.append(float(F.mse_loss(output, large)))
                made.append(float(psnr(output.clamp(0, 1), large, self.scale)))
                bicubic.append(float(psnr(enlarge(small, self.scale), large, self.scale)))
        loss, reached, plain = (sum(values) / len(values) for values in (losses, made, bicubic))
        return SuperResolutionMetrics(loss, reached, plain, len(self.test))

    def checksum(self) -> str:
        """Return the CRC-32 of all photographs, in hexadecimal."""
        return checksum_of(*self.data.train, *self.data.test)

    def exhibit(self, model: nn.Module) -> dict[str, Tensor]:
        """Return the middle of each held-out photograph: whole, made larger by the model, and bicubically."""
        with evaluating(model), torch.inference_mode():
            made = [model(small.to(device_of(model))).cpu().clamp(0, 1).clone() for small, _ in self.test]
        side = min(EXHIBITED, *(length for _, large in self.test for length in large.shape[2:]))

        def middles(images: list[Tensor]) -> Tensor:
            tops = [[(length - side) // 2 for length in image.shape[2:]] for image in images]
            return torch.cat(
                [
                    image[:, :, top : top + side, left : left + side]
                    for image, (top, left) in zip(images, tops, strict=True)
                ]
            )

        return {
            "photographs": middles([large for _, large in self.test]),
            "made larger": middles(made),
            "bicubic": middles([enlarge(small, self.scale) for small, _ in self.test]),
        }

    def _made(self, model: nn.Module, small: Tensor, large: Tensor) -> Tensor:
        made: Tensor = model(small)
        if made.shape != large.shape:
            raise ValueError(
                f"the model returned a tensor of shape {tuple(made.shape)} for images of {tuple(small.shape)}; for "
                f"scale {self.scale} it must return {tuple(large.shape)}"
            )
        return made


def _pair(image: Tensor, scale: int) -> tuple[Tensor, Tensor]:
    """Return a photograph made small, and the part of it that `scale` divides, each (1, 1, H, W)."""
    height, width = (side // scale * scale for side in image.shape)
    if min(height, width) < SIDE * scale:
        raise ValueError(
            f"photographs must be of {SIDE * scale} x {SIDE * scale} or more for scale {scale}, but one is "
            f"{tuple(image.shape)}"
        )
    large = image[None, None, :height, :width]
    return shrink(large, scale), large


def open_super_resolution(
    source: str | PathLike[str] | ImageData | None, asked: Mapping[str, Any], defaults: Mapping[str, object]
) -> SuperResolutionLesson:
    """Return the lesson of a folder of photographs, or of those of this package, at the scale that is asked for.

    Raises:
        ValueError: images in memory, or channels other than 1.
    """
    if isinstance(source, ImageData):
        raise ValueError(
            f"data {source.name!r} are images of one size; super-resolution learns from a folder of photographs"
        )
    if asked.get("in_channels", 1) != 1:
        raise ValueError(f"in_channels must be 1, the luminance, as in the papers, but got {asked['in_channels']}")
    scale = asked.get("scale", defaults.get("scale", SCALE))
    return SuperResolutionLesson(load_photographs(source), scale)
