"""Super-resolution of 2016: SRCNN and ESPCN on photographs, and three ways from a small image to a large one."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from striate.data import load_photographs
from striate.lineage.system import Figure, System
from striate.lineage.training import built, trained
from striate.models.espcn import UPS
from striate.train.lessons import SuperResolutionLesson
from striate.view.checkerboard import checkerboard_score

WAYS = {"subpixel": "sub-pixel shuffle", "transposed": "transposed convolution", "resize": "resize-convolution"}
SRCNN, ESPCN = "+1.76 dB on Set14", "+1.95 dB on Set14"  # 29.30 and 29.49, in the papers' tables for a scale of 3


def three_ways(lesson: SuperResolutionLesson, *, epochs: int | None = None, seed: int = 0) -> dict[str, nn.Module]:
    """Train an ESPCN with each way up on the same crops for as many epochs, by the ways' names.

    Args:
        lesson: of photographs.
        epochs: unless as many as the recipe has.
        seed: of the first weights and the crops.
    """
    return {up: trained("espcn", lesson, epochs=epochs, seed=seed, up=up) for up in UPS}


def way_up(model: nn.Module) -> nn.Sequential:
    """Return the part of an ESPCN that leads from the small image to the large one.

    >>> from striate.models import create
    >>> [type(layer).__name__ for layer in way_up(create("espcn"))]
    ['Conv2d', 'PixelShuffle']
    """
    return nn.Sequential(*list(model.children())[4:])


def checkerboard(model: nn.Module) -> float:
    """Return how much of what an ESPCN's way up answers to constant features is a checkerboard, from 0 to 1."""
    return checkerboard_score(way_up(model), 32, 2).response


def answers_to_grey(models: dict[str, nn.Module], side: int = 24) -> dict[str, Tensor]:
    """Return what each model makes of a grey image, less its mean, on one scale for all: rows of (1, 1, H, W).

    The outer thirds, which the border may reach, are cut off: a pattern in what is left is the model's own.
    """
    patterns = {}
    for name, model in models.items():
        with torch.no_grad():
            made = model(torch.full((1, 1, side, side), 0.5))
        third = made.shape[2] // 3
        middle = made[:, :, third:-third, third:-third]
        patterns[name] = middle - middle.mean()
    largest = max(float(pattern.abs().max()) for pattern in patterns.values())
    return {name: (0.5 + 0.5 * pattern / largest).clamp(0, 1) for name, pattern in patterns.items()}


def _measure(quick: bool) -> Iterator[Figure]:
    lesson = SuperResolutionLesson(load_photographs())
    metrics = lesson.measure(nn.Upsample(scale_factor=lesson.scale, mode="bicubic"))
    yield Figure("bicubic interpolation of held-out photographs", metrics.bicubic, ".2f", "dB", "27.54 dB on Set14")
    yield Figure("the same with torch's kernel, a = -0.75", metrics.psnr, ".2f", "dB")
    for up in UPS:
        yield _pattern(f"checkerboard of an untrained {WAYS[up]}", built("espcn", lesson, up=up), up)
    if quick:
        gain = lesson.measure(trained("espcn", lesson, epochs=4)).gain
        yield Figure("ESPCN above bicubic", gain, "+.2f", "dB", ESPCN, at_least=0.0, headline=True)
        return
    gain = lesson.measure(trained("srcnn", lesson)).gain
    yield Figure("SRCNN above bicubic", gain, "+.2f", "dB", SRCNN, at_least=0.3, headline=True)
    for up, model in three_ways(lesson).items():
        published, bound = (ESPCN, 0.3) if up == "subpixel" else ("", None)
        yield Figure(f"ESPCN with {WAYS[up]} above bicubic", lesson.measure(model).gain, "+.2f", "dB", published,
                     at_least=bound, headline=up == "subpixel")  # fmt: skip
        yield _pattern(f"checkerboard of a trained {WAYS[up]}", model, up)


def _pattern(what: str, model: nn.Module, up: str) -> Figure:
    """Return a checkerboard's figure; resize-convolution has none whatever the weights, but for rounding."""
    return Figure(what, checkerboard(model), ".3f", at_most=0.001 if up == "resize" else None)


SYSTEM = System(
    name="super-resolution",
    title="SRCNN and ESPCN",
    year=2016,
    source="Dong, Loy, He, Tang, TPAMI 38(2), 2016; Shi et al., CVPR 2016",
    command="striate train espcn",
    page="super_resolution.md",
    measure=_measure,
)
