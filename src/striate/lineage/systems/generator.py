"""Generators of 2014 to 2016 on handwritten digits: a variational autoencoder with two ways up, and DCGAN."""

from collections.abc import Iterator
from itertools import chain

import torch
from torch import Tensor, nn

from striate.data import load, stream
from striate.lineage.system import Figure, System
from striate.lineage.training import built, some_of, trained
from striate.models.dcgan import DCGAN
from striate.models.generative import as_generative
from striate.models.up_paths import WAYS
from striate.models.vae import VAE
from striate.train.lessons import GenerationLesson, ImageLesson
from striate.view.checkerboard import checkerboard_score

NAMES = {"transposed": "transposed convolutions", "resize": "resize-convolutions"}
SURE = 0.9  # probability of a class, from which an image counts as recognised
MADE = 1000  # images that are judged


def two_ways(name: str, lesson: GenerationLesson, *, epochs: int | None = None, seed: int = 0) -> dict[str, nn.Module]:
    """Train a generator with each way up on the same images for as many epochs, by the ways' names.

    Args:
        name: "vae", "dcgan-mini" or another registered generator that takes `up`.
        lesson: of images.
        epochs: unless as many as the recipe has.
        seed: of the first weights, the order and the codes.
    """
    return {up: trained(name, lesson, epochs=epochs, seed=seed, up=up) for up in WAYS}


def way_up(model: nn.Module) -> tuple[nn.Sequential, int]:
    """Return the part of a generator from its smallest maps to the image, and how many maps those are.

    Raises:
        TypeError: neither a VAE nor a DCGAN.

    >>> layers, maps = way_up(VAE())
    >>> layers(torch.rand(1, maps, 7, 7)).shape
    torch.Size([1, 1, 28, 28])
    """
    if isinstance(model, VAE):
        return nn.Sequential(*list(model.decoder)[2:]), model.middle[0]
    if isinstance(model, DCGAN):
        made = model.generator
        pairs = zip(made.norms, made.doublings, strict=True)
        return nn.Sequential(*chain.from_iterable((norm, made.relu, double) for norm, double in pairs)), made.first[0]
    raise TypeError(f"model must be a VAE or a DCGAN, but got {type(model).__name__}")


def checkerboard(model: nn.Module) -> float:
    """Return how much of what a generator's way up answers to constant maps is a checkerboard, from 0 to 1."""
    layers, maps = way_up(model)
    return checkerboard_score(layers, maps, 2).response


def recognised(reader: nn.Module, images: Tensor) -> tuple[float, float]:
    """Return the share of images that a classifier is sure of, and the share of the classes that it finds in those.

    Args:
        reader: takes images, returns scores.
        images: (N, C, H, W) in [0, 1].
    """
    with torch.no_grad():
        chances = reader(images).softmax(1)
    sure, classes = chances.max(1)
    return float((sure > SURE).float().mean()), len(classes[sure > SURE].unique()) / chances.shape[1]


def samples(model: nn.Module, count: int = MADE, seed: int = 0) -> Tensor:
    """Return images that a generator makes of codes, the same at every call."""
    maker = as_generative(model)
    with torch.no_grad():
        return maker.decode(torch.randn(count, maker.latent, generator=stream(seed)))


def _measure(quick: bool) -> Iterator[Figure]:
    digits = load("mnist")
    if quick:
        digits = some_of(digits, 6000, 1000)
    lesson = GenerationLesson(digits)
    for up in WAYS:
        score = checkerboard(built("vae", lesson, up=up))
        yield Figure(f"checkerboard of an untrained decoder of {NAMES[up]}", score, ".3f",
                     at_least=0.1 if up == "transposed" else None, at_most=0.1 if up == "resize" else None)  # fmt: skip
    for up, model in two_ways("vae", lesson, epochs=2 if quick else None).items():
        yield Figure(f"VAE of {NAMES[up]}, minus the bound", lesson.measure(model).loss, ".1f", "nats",
                     at_most=240 if quick else 110, headline=up == "transposed")  # fmt: skip
        yield Figure(f"checkerboard of a trained decoder of {NAMES[up]}", checkerboard(model), ".3f")
    if quick:
        return
    reader = trained("lenet5-modern", ImageLesson(digits), epochs=2)
    real, _ = recognised(reader, digits.test.images[:MADE].float() / 255)
    yield Figure("real digits that a classifier is sure of", real, ".1%")
    made, classes = recognised(reader, samples(trained("dcgan-mini", lesson)))
    yield Figure("DCGAN's digits that it is sure of", made, ".1%", at_least=0.4, headline=True)
    yield Figure("digits from 0 to 9 among those", 10 * classes, ".0f", at_least=8)


SYSTEM = System(
    name="generator",
    title="VAE and DCGAN",
    year=2014,
    source="Kingma, Welling, ICLR 2014; Radford, Metz, Chintala, ICLR 2016; Odena, Dumoulin, Olah, 2016",
    command="striate train vae",
    page="generator.md",
    measure=_measure,
)
