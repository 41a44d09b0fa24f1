"""ConvNeXt V2 of 2023: an encoder that learns from images without labels, and then needs few of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from statistics import mean, stdev
from tempfile import TemporaryDirectory

import torch

from striate import models
from striate.data import ImageData, few_labels, load
from striate.lineage.system import Figure, System
from striate.models.convnext_v2 import PAPER
from striate.train import fit
from striate.train.lessons import MaskedLesson

SEEN = 32_000  # training images that are pretrained on, each once, but for those that the lesson holds out
PASSES = {10: 64, 100: 10}  # over the images with labels, by how many a class has
SEEDS = 3

# Best on training images that were held out, 10 labels a class: from scratch of 2e-3, 5e-3 and 1e-2, and with a
# pretrained encoder of 1e-3 and 2e-3.
LR = 2e-3

PARAMETERS = {"atto": "3.7", "tiny": "28.6", "base": "89"}  # in millions, as the paper writes them


@dataclass(frozen=True)
class FewLabels:
    """The test accuracies of classifiers that learnt from few labels, a seed each.

    Args:
        scratch: from first weights that are drawn.
        pretrained: from a pretrained encoder; the same labels, passes and seeds.
    """

    scratch: tuple[float, ...]
    pretrained: tuple[float, ...]

    @property
    def margins(self) -> tuple[float, ...]:
        """By how much a pretrained encoder is better, a seed each.

        >>> FewLabels(scratch=(0.5, 0.25), pretrained=(0.75, 0.75)).margins
        (0.25, 0.5)
        """
        return tuple(after - before for before, after in zip(self.scratch, self.pretrained, strict=True))


def pretrain(data: ImageData, output: Path, *, seed: int = 0, seen: int = SEEN) -> float:
    """Pretrain `fcmae-mini`, and return its error on images that it has not seen.

    Args:
        data: whose first training images are taken; neither labels nor test images are looked at.
        output: the run folder to make.
        seed: of first weights, order and masks.
        seen: how many images; up to 1,000 of them are held out, the others are seen once.
    """
    lesson = MaskedLesson(data.name, data.train.images[:seen])
    return fit("fcmae-mini", lesson, epochs=1, seed=seed, output=output)["val_loss"][-1]


def tune(data: ImageData, each: int, passes: int, *, seed: int = 0, start: str | PathLike[str] | None = None) -> float:
    """Train `convnext-v2-mini` on few labels, and return its accuracy on the test images.

    Args:
        data: of whose training images few keep their labels.
        each: how many of each class.
        passes: over these images.
        seed: of which they are, of the first weights, their order and their augmentation.
        start: a run whose encoder is begun with; all first weights are drawn unless given.
    """
    few = few_labels(data, each, seed=seed, passes=passes)
    history = fit("convnext-v2-mini", few, epochs=1, batch_size=32, lr=LR, augment=True, seed=seed, start=start)
    return history["val_acc"][-1]


def compare(data: ImageData, runs: Sequence[Path], each: int, passes: int) -> FewLabels:
    """Train on few labels from scratch, and from each of some pretrained runs, of which the first has seed 0."""
    return FewLabels(
        tuple(tune(data, each, passes, seed=seed) for seed in range(len(runs))),
        tuple(tune(data, each, passes, seed=seed, start=run) for seed, run in enumerate(runs)),
    )


def figures(
    data: ImageData,
    *,
    seen: int = SEEN,
    passes: Mapping[int, int] = PASSES,
    seeds: int = SEEDS,
) -> Iterator[Figure]:
    """Yield what pretraining on the training images of some data is worth when few of them have labels.

    Args:
        data: images of 28 x 28 or of another size that patches of 4 pixels divide.
        seen: how many images are pretrained on.
        passes: over the images with labels, by how many a class has.
        seeds: how often all is done.
    """
    with TemporaryDirectory() as folder:
        runs = [Path(folder) / str(seed) for seed in range(seeds)]
        error = mean(pretrain(data, run, seed=seed, seen=seen) for seed, run in enumerate(runs))
        yield Figure("squared error of hidden patches, whose variance is 1", error, ".3f", at_most=0.3)
        for each, times in passes.items():
            found, task = compare(data, runs, each, times), f"{data.name}, {each} labels a class"
            yield from _spread(f"{task}: accuracy from scratch", found.scratch)
            yield from _spread(f"{task}: accuracy from the pretrained encoder", found.pretrained)
            yield from _spread(f"{task}: margin of pretraining", found.margins, at_least=0.0, headline=True)


def _spread(
    what: str, values: Sequence[float], *, at_least: float | None = None, headline: bool = False
) -> Iterator[Figure]:
    """Yield the mean of what several seeds gave, and the standard deviation."""
    yield Figure(what, mean(values), ".2%", at_least=at_least, headline=headline)
    if len(values) > 1:
        yield Figure(f"standard deviation over {len(values)} seeds", stdev(values), ".2%")


def _measure(quick: bool) -> Iterator[Figure]:
    for size, millions in PARAMETERS.items():
        with torch.device("meta"):
            model = models.create(f"convnext-v2-{size}")
        found = sum(parameter.numel() for parameter in model.parameters()) / 1e6
        places = len(millions.partition(".")[2])
        rounding, published = 0.5 / 10**places, float(millions)
        yield Figure(
            f"parameters of {size}",
            found,
            f".{places}f",
            "M",
            f"{millions} M",
            at_least=published - rounding,
            at_most=published + rounding,
        )
    data = load("mnist")
    if quick:  # too few steps for a classifier, from whatever it begins: only what is filled in is looked at
        yield from figures(data, seen=3200, passes={}, seeds=1)
    else:
        yield from figures(data)


SYSTEM = System(
    name="convnext-v2",
    title="ConvNeXt V2",
    year=2023,
    source=PAPER,
    command="striate pretrain",
    page="convnext_v2.md",
    measure=_measure,
)
