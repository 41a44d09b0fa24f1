"""The text CNN of 2014: what a bag of words cannot tell, filters over a few words can."""

from collections.abc import Iterator
from statistics import mean

from striate.data import TextData, load_texts
from striate.data.vocabulary import bags
from striate.lineage.system import Figure, System
from striate.models.text_cnn import PAPER
from striate.train import fit
from striate.train.linear_readout import linear_readout

SEEDS = 3


def bag_accuracy(data: TextData, *, learnt: int | None = None) -> float:
    """Return the test accuracy of a logistic regression on how often each word occurs.

    Args:
        data: texts and their vocabulary.
        learnt: training texts, all unless given, taken evenly.
    """
    step = 1 if learnt is None else max(1, len(data.train) // learnt)
    train, test = (bags(part.inputs, len(data.words)) for part in (data.train, data.test))
    found = linear_readout(train[::step], data.train.labels[::step], test, classes=len(data.classes))
    return float((found == data.test.labels).float().mean())


def _measure(quick: bool) -> Iterator[Figure]:
    data = load_texts()
    bag = bag_accuracy(data, learnt=2000 if quick else None)
    yield Figure("accuracy of a bag of words, read linearly", bag, ".1%", at_most=0.65, headline=True)
    passes, seeds, least = (4, 1, 0.75) if quick else (None, SEEDS, 0.95)  # None: the recipe's own
    found = [fit("text-cnn-mini", data, epochs=passes, seed=seed)["val_acc"][-1] for seed in range(seeds)]
    yield Figure("accuracy of the network, mean of its seeds", mean(found), ".1%", at_least=least, headline=True)
    yield Figure("accuracy of the worst seed", min(found), ".1%")


SYSTEM = System(
    name="text-cnn",
    title="Text CNN",
    year=2014,
    source=PAPER,
    command="striate train text-cnn-mini",
    page="text.md",
    measure=_measure,
)
