"""A simple convolutional network of 2020's kind: how few test digits are misread after minutes on two cores."""

from collections.abc import Iterator

from striate.data import load
from striate.lineage.system import Figure, System
from striate.lineage.training import some_of
from striate.train import fit


def _measure(quick: bool) -> Iterator[Figure]:
    mnist = load("mnist")
    if quick:
        history = fit("simple-cnn", some_of(mnist, 5000, 2000), epochs=4)
        yield Figure("test error of 5,000 training digits", 1 - history["val_acc"][-1], ".2%", at_most=0.03)
        return
    history = fit("simple-cnn", mnist)
    yield Figure("test error", 1 - history["val_acc"][-1], ".2%", at_most=0.004, headline=True)
    yield Figure("time to train", sum(history["seconds"]) / 60, ".1f", unit="minutes", at_most=15)


SYSTEM = System(
    name="simple-cnn",
    title="Simple CNN",
    year=2020,
    source='after An, Lee, Park, Yang, So, "An ensemble of simple convolutional neural network models for MNIST digit '
    'recognition", 2020',
    command="striate train simple-cnn",
    page="simple_cnn.md",
    measure=_measure,
)
