"""`shift_consistency`: how often a model takes an image and its shifted copy for the same."""

from os import PathLike

import torch
from torch import Tensor, nn

from striate.arithmetic import PADDING_MODES
from striate.arithmetic.arguments import choice, integer
from striate.data import ImageData, load
from striate.engine.evaluating import evaluating
from striate.functional import pad
from striate.train.evaluation import data_for
from striate.train.metrics import BATCH, device_of
from striate.train.run import Run


def shift_consistency(
    model_or_run: nn.Module | str | PathLike[str],
    data: str | PathLike[str] | ImageData | Tensor | None = None,
    *,
    max_shift: int = 4,
    padding_mode: str = "circular",
    pairs: int = 1,
    seed: int = 0,
) -> float:
    r"""Return the share of pairs of shifted images that a model gives the same class.

    $$E_{x, s, t} \; [\arg\max f(x_s) = \arg\max f(x_t)]$$

    Each image x is shifted twice, by s and t drawn evenly from all shifts of up to `max_shift` along each axis.
    Convolution keeps a shift, a stride need not: `BlurPool2d` and `AdaptivePolyphaseSampling2d` mend that.

    Args:
        model_or_run: A module that takes float images in [0, 1] and returns scores (N, classes), or the path of a run.
        data: Images, float or uint8 (N, C, *S), or what `striate.evaluate` takes, whose test images are used.
        max_shift: Elements that an image is moved by, at most, along each axis and in either direction.
        padding_mode: What comes in at the border, as in `striate.functional.pad`; or "crop", which moves a frame
            smaller by `max_shift` on each side over the image, as the paper does, for models of any image size.
        pairs: Pairs of shifts drawn an image.
        seed: Of the shifts; equal seeds draw the same.

    Returns:
        A share in [0, 1].

    Raises:
        ValueError: There is no image, a frame would be empty, a mode is unknown, or the scores are not (N, classes).

    Source: R. Zhang, "Making convolutional networks shift-invariant again", 2019, section 4.2.

    >>> class Largest(torch.nn.Module):
    ...     def forward(self, images):
    ...         return torch.cat([images.amax((1, 2, 3))[:, None], torch.full((len(images), 1), 0.9)], 1)
    >>> shift_consistency(Largest(), torch.rand(20, 1, 8, 8))
    1.0
    """
    model, images = _read(model_or_run, data)
    integer(max_shift, "max_shift", 1)
    integer(pairs, "pairs", 1)
    choice(padding_mode, (*PADDING_MODES, "crop"), "padding_mode")
    if len(images) == 0:
        raise ValueError("there is no image to shift")
    if padding_mode == "crop" and min(images.shape[2:]) <= 2 * max_shift:
        raise ValueError(f"images of {tuple(images.shape[2:])} have no frame left with max_shift {max_shift}; use less")
    generator = torch.Generator().manual_seed(seed)
    shifts = torch.randint(-max_shift, max_shift + 1, (pairs, 2, len(images), images.ndim - 2), generator=generator)
    same = 0
    with evaluating(model), torch.inference_mode():
        for one, other in shifts:
            for part, s, t in zip(images.split(BATCH), one.split(BATCH), other.split(BATCH), strict=True):
                first, second = (_classes(model, _shifted(part, by, max_shift, padding_mode)) for by in (s, t))
                same += int((first == second).sum())
    return same / (pairs * len(images))


def _read(
    model_or_run: nn.Module | str | PathLike[str], data: str | PathLike[str] | ImageData | Tensor | None
) -> tuple[nn.Module, Tensor]:
    if isinstance(model_or_run, nn.Module):
        model = model_or_run
        found = data if isinstance(data, ImageData | Tensor) else load("mnist" if data is None else data)
    else:
        run = Run.open(model_or_run)
        model, found = run.load_model(), data if isinstance(data, Tensor) else data_for(run, data)
    images = found if isinstance(found, Tensor) else found.test.images
    if images.ndim < 3:
        raise ValueError(f"images must be (N, C, *S), but got {tuple(images.shape)}")
    return model, images


def _shifted(images: Tensor, shifts: Tensor, max_shift: int, padding_mode: str) -> Tensor:
    """Return float images, each moved by its own row of `shifts`."""
    pixels = images.float() / 255 if images.dtype == torch.uint8 else images
    moved = []
    for image, shift in zip(pixels, shifts.tolist(), strict=True):
        if padding_mode == "crop":
            frame = (
                slice(max_shift - step, n - max_shift - step) for n, step in zip(image.shape[1:], shift, strict=True)
            )
            moved.append(image[(slice(None), *frame)])
        else:
            moved.append(pad(image, [(step, -step) for step in shift], padding_mode))
    return torch.stack(moved)


def _classes(model: nn.Module, images: Tensor) -> Tensor:
    scores = model(images.to(device_of(model)))
    if scores.ndim != 2 or len(scores) != len(images):
        raise ValueError(
            f"the model returned a tensor of shape {tuple(scores.shape)} for {len(images)} images; it must return "
            "scores (N, classes)"
        )
    classes: Tensor = scores.argmax(1)
    return classes
