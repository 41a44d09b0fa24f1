"""The neocognitron of 1980: its five patterns, and handwritten digits that it sees without labels."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from striate.data import load, permutation, stream
from striate.data.stimuli import distorted, five_patterns, presentations
from striate.lineage.system import Figure, System
from striate.models.neocognitron import Neocognitron
from striate.train.linear_readout import linear_readout
from striate.train.self_organisation import c_cells, recognise, self_organise, winner_labels

TIMES = 20  # that each pattern is shown, as in the paper
PLACES = 3  # pixels of 16, about a fifth of the field
LEARNT = 4000  # digits shown to each layer
NAMING = 10000  # digits by which the last cells are named
PLANES = (24, 48, 600)  # for digits: the last cells must tell hundreds of shapes apart, not five


@dataclass(frozen=True)
class FivePatterns:
    """What came of the paper's first experiment.

    Args:
        model: after it has seen the patterns.
        patterns: (5, 1, 16, 16).
        stimuli: new ones of each kind, (N, 1, 16, 16).
        recognised: the share of each kind.
        cells: of the last layer, that are named after a pattern.
    """

    model: Neocognitron
    patterns: Tensor
    stimuli: dict[str, Tensor]
    recognised: dict[str, float]
    cells: int


def five(seed: int = 0, *, together: bool = False) -> FivePatterns:
    """Show a neocognitron the digits 0 to 4 of the paper's experiment, and then new stimuli.

    Args:
        seed: of the places and the noise.
        together: whether all layers learn at every image, instead of one layer after another.

    >>> five().recognised["shifted"]
    1.0
    """
    model, patterns = Neocognitron(), five_patterns()
    shown = presentations(patterns, TIMES, largest_shift=PLACES, generator=stream(seed, 0))
    self_organise(model, shown, together=together)
    stimuli = distorted(patterns, largest_shift=PLACES, generator=stream(seed, 1))
    each = torch.arange(len(patterns))
    names = winner_labels(model(shown), each.repeat(TIMES), len(patterns))
    recognised = {}
    for kind, images in stimuli.items():
        right = recognise(model(images), names) == each.repeat(len(images) // len(patterns))
        recognised[kind] = float(right.float().mean())
    return FivePatterns(model, patterns, stimuli, recognised, int((names >= 0).sum()))


@dataclass(frozen=True)
class Digits:
    """What came of digits seen without labels.

    Args:
        model: after it has seen them.
        test: images to look at, (N, 1, 28, 28).
        accuracy: the share of the test digits that each way of reading gets right: "pixels", "U_C1" and "U_C2" by a
            linear readout, "winners" by the name of the strongest of the last cells.
        named: the last cells that have a name.
    """

    model: Neocognitron
    test: Tensor
    accuracy: dict[str, float]
    named: int


def digits(
    seed: int = 0,
    *,
    together: bool = False,
    read: int = 60000,
    tested: int = 10000,
    learnt: int | None = None,
    modules: int = 2,
    on_figure: Callable[[str, float], None] | None = None,
) -> Digits:
    """Let a neocognitron organise itself by digits of MNIST, and read them off its cells.

    Args:
        seed: of the order of the digits.
        together: whether all layers learn at every image, instead of one layer after another.
        read: training digits of the linear readouts.
        tested: digits of the test set.
        learnt: digits shown to each layer; `LEARNT` unless given.
        modules: how many modules' C-cells are read linearly.
        on_figure: told each accuracy as soon as it is known.
    """
    learnt = LEARNT if learnt is None else learnt
    data = load("mnist")
    order = permutation(len(data.train), seed=seed, epoch=0)[: max(read, learnt, NAMING)]
    train, labels = data.train.images[order].float() / 255, data.train.labels[order]
    test, truth = data.test.images[:tested].float() / 255, data.test.labels[:tested]
    model = Neocognitron(PLANES, 28, selectivity=(4.0, 1.5, 3.0))
    self_organise(model, train[:learnt], together=together)
    accuracy: dict[str, float] = {}

    def enter(name: str, found: Tensor) -> None:
        accuracy[name] = float((found == truth).float().mean())
        if on_figure is not None:
            on_figure(name, accuracy[name])

    def readout(features: Tensor, of_test: Tensor) -> Tensor:
        return linear_readout(features, labels[:read], of_test, classes=10, epochs=5, seed=seed)

    enter("pixels", readout(train[:read].flatten(1), test.flatten(1)))
    for module in range(modules):
        enter(f"U_C{module + 1}", readout(c_cells(model, train[:read], module), c_cells(model, test, module)))
    names = winner_labels(c_cells(model, train[:NAMING], 2), labels[:NAMING], 10)
    enter("winners", recognise(c_cells(model, test, 2), names))
    return Digits(model, test, accuracy, int((names >= 0).sum()))


def _measure(quick: bool) -> Iterator[Figure]:
    seeds = range(1 if quick else 5)
    found = [five(seed).recognised for seed in seeds]
    for kind, what, published, least in (
        ("shifted", "five patterns at all 49 shifts, recognised", "all", 1.0),
        ("noisy", "five patterns with one pixel in 32 turned over, recognised", "examples", 0.85),
    ):
        share = sum(one[kind] for one in found) / len(found)
        yield Figure(what, share, ".0%", published=published, at_least=least, headline=kind == "shifted")
    accuracy = (digits(read=3000, tested=1000, learnt=300, modules=1) if quick else digits()).accuracy
    yield Figure("MNIST read linearly off pixels", accuracy["pixels"], ".2%")
    yield Figure("MNIST read linearly off U_C1, learnt without labels", accuracy["U_C1"], ".2%", headline=True)
    yield Figure("its margin over pixels", accuracy["U_C1"] - accuracy["pixels"], ".2%", at_least=0.03)
    if not quick:
        yield Figure("MNIST read linearly off U_C2", accuracy["U_C2"], ".2%")
    yield Figure("MNIST by the names of the last cells", accuracy["winners"], ".2%")


SYSTEM = System(
    name="neocognitron",
    title="Neocognitron",
    year=1980,
    source='Fukushima, "Neocognitron: a self-organizing neural network model", Biological Cybernetics 36, 1980',
    command="striate neocognitron",
    page="neocognitron.md",
    measure=_measure,
)
