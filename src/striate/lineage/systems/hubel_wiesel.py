"""Simple and complex cells of 1962: detectors by hand, at random and learnt, under the same readout."""

from collections.abc import Callable, Iterator

from torch import Tensor

from striate.data import ImageData, load
from striate.filters.gabor_fit import GOOD_FIT, fit_gabor
from striate.lineage.system import Figure, System
from striate.lineage.training import some_of, trained
from striate.train.lessons import ImageLesson
from striate.train.linear_readout import linear_readout

# In words: where the filters of each bank begin, and whether they learn too.
BANKS = {
    "oriented filters by hand": ("oriented", False),
    "random filters": ("random", False),
    "filters learnt from random ones": ("random", True),
    "filters learnt from those by hand": ("oriented", True),
}
FEW, FEW_EPOCHS = 1000, 12  # digits, and as many passes as they need


def pixels_readout(data: ImageData) -> float:
    """Return the share of test images that a linear readout of the pixels gets right.

    >>> from striate.data import Images
    >>> import torch
    >>> halves = torch.zeros(40, 1, 2, 2, dtype=torch.uint8)
    >>> halves[::2, :, 0] = 255
    >>> images = Images(halves, torch.arange(40) % 2)
    >>> pixels_readout(ImageData("halves", images, images, ("upper", "none")))
    1.0
    """
    train, test = (part.images.flatten(1).float() / 255 for part in (data.train, data.test))
    found = linear_readout(train, data.train.labels, test, classes=len(data.classes))
    return float((found == data.test.labels).float().mean())


def learn_banks(
    data: ImageData, *, epochs: int | None = None, on_bank: Callable[[str, float], None] = lambda *_: None
) -> dict[str, Tensor]:
    """Train the net of each of `BANKS` by one recipe, and return its filters at the end, (32, C, 9, 9).

    Args:
        data: images to tell apart.
        epochs: passes over the training images; the recipe's unless given.
        on_bank: told of each bank, and of the share of test images that its net gets right.
    """
    filters, lesson = {}, ImageLesson(data)
    for what, (bank, learned) in BANKS.items():
        model = trained("oriented-bank", lesson, epochs=epochs, bank=bank, learned=learned)
        filters[what] = model.get_parameter("simple.weight").detach()
        on_bank(what, lesson.measure(model).accuracy)
    return filters


def _measure(quick: bool) -> Iterator[Figure]:
    mnist = load("mnist")
    yield from _figures(some_of(mnist, FEW, 1000 if quick else len(mnist.test)), FEW_EPOCHS, (0.88, 0.82), False)
    if not quick:
        yield from _figures(mnist, None, (0.975, 0.95), True)


def _figures(data: ImageData, epochs: int | None, least: tuple[float, float], headline: bool) -> Iterator[Figure]:
    """Yield the accuracies; at least the first bound for each bank but the random one, which has the second."""
    end, accuracy = f"{len(data.train):,} digits", dict[str, float]()
    yield Figure(f"{end}: pixels, read linearly", pixels_readout(data), ".2%")
    filters = learn_banks(data, epochs=epochs, on_bank=accuracy.__setitem__)
    for what, value in accuracy.items():
        bound = least[what == "random filters"]
        yield Figure(f"{end}: {what}", value, ".2%", at_least=bound, headline=headline and what != "random filters")
    for what in ("random filters", "filters learnt from random ones"):
        share = float((fit_gabor(filters[what]).r2 > GOOD_FIT).float().mean())
        yield Figure(f"{end}: {what} that fit a Gabor function above {GOOD_FIT}", share, ".0%")


SYSTEM = System(
    name="hubel-wiesel",
    title="Simple and complex cells",
    year=1962,
    source="Hubel and Wiesel, \"Receptive fields, binocular interaction and functional architecture in the cat's "
    'visual cortex", J. Physiology 160, 1962',
    command="striate train oriented-bank",
    page="hubel_wiesel.md",
    measure=_measure,
)
