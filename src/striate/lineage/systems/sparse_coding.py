"""Sparse coding of natural images, 1996: filters that photographs give, and that white noise does not."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from striate.data import stream
from striate.data.natural_images import dead_leaves, read_photographs, whiten
from striate.filters.gabor_fit import GOOD_FIT, GaborFit, fit_gabor
from striate.lineage.system import Figure, System
from striate.models.sparse_coding import SparseCoding
from striate.train.dictionary import learn_dictionary

PATCH_FACTOR = 4  # patches of the convolutional form, in sides of a filter


@dataclass(frozen=True)
class Dictionary:
    """A dictionary that was learnt.

    Args:
        weight: its filters, (filters, 1, size, size).
        fit: of a Gabor function to each.
        energies: mean energy of a patch at each step.
    """

    weight: Tensor
    fit: GaborFit
    energies: tuple[float, ...]

    @property
    def share(self) -> float:
        """The share of the filters that are Gabor functions to more than `GOOD_FIT`."""
        return float((self.fit.r2 > GOOD_FIT).float().mean())


def images_to_learn(*, noise: bool = False, seed: int = 0) -> list[Tensor]:
    """Return what is learnt unless photographs are given: the package's photograph and dead leaves, or white noise.

    >>> [tuple(image.shape) for image in images_to_learn(noise=True)]
    [(512, 512)]
    """
    if noise:
        return [torch.randn(512, 512, generator=stream(seed, -2))]
    return [*read_photographs(), dead_leaves(seed=seed)]


def learn(
    images: Sequence[Tensor],
    *,
    filters: int = 100,
    size: int = 12,
    sparsity: float = 1.0,
    steps: int = 400,
    convolutional: bool = False,
    seed: int = 0,
    on_step: Callable[[], None] = lambda: None,
) -> Dictionary:
    """Learn a sparse code of images, and fit Gabor functions to its filters.

    Args:
        images: each (H, W); they are whitened here.
        filters: in the dictionary.
        size: side of a filter in pixels.
        sparsity: cost of the codes, lambda; images have variance 1.
        steps: batches to learn from.
        convolutional: code images by maps, instead of patches as large as a filter.
        seed: of the first filters and the patches.
        on_step: told of each step.
    """
    model = SparseCoding(filters, size, sparsity=sparsity, generator=stream(seed, -1))  # patches count from 0
    energies: list[float] = []
    batch, patch = (8, PATCH_FACTOR * size) if convolutional else (200, size)

    def told(_: int, energy: float) -> None:
        energies.append(energy)
        on_step()

    white = [whiten(image) for image in images]
    learn_dictionary(model, white, steps=steps, batch_size=batch, patch_size=patch, seed=seed, on_step=told)
    return Dictionary(model.weight.detach(), fit_gabor(model.weight), tuple(energies))


def _measure(quick: bool) -> Iterator[Figure]:
    filters, size, steps = (32, 8, 150) if quick else (100, 12, 400)
    photographs = learn(images_to_learn(), filters=filters, size=size, steps=steps)
    yield Figure("filters of photographs that fit a Gabor function above 0.7", photographs.share, ".0%",
                 published="shown, not counted", at_least=0.6 if quick else 0.8, headline=True)  # fmt: skip
    yield Figure("their median fit", float(photographs.fit.r2.median()), ".2f")
    if not quick:
        maps = learn(images_to_learn(), filters=32, size=11, steps=60, convolutional=True)
        yield Figure("filters of the convolutional form that fit above 0.7", maps.share, ".0%", at_least=0.8)
    noise = learn(images_to_learn(noise=True), filters=filters, size=size, steps=steps)
    yield Figure("filters of white noise that fit above 0.7", noise.share, ".0%", at_most=0.1, headline=True)


SYSTEM = System(
    name="sparse-coding",
    title="Sparse coding",
    year=1996,
    source='Olshausen and Field, "Emergence of simple-cell receptive field properties", Nature 381, 1996',
    command="striate sparse-code",
    page="sparse_coding.md",
    measure=_measure,
)
