"""A simple convolutional network of 2020's kind: how few test digits are misread after minutes on two cores."""

from collections.abc import Iterator

from striate.lineage.digits import learn_digits
from striate.lineage.system import Figure, System

SEEDS = range(3)
FEW = {"images": 5000, "tested": 2000, "epochs": 4}  # seconds


def _measure(quick: bool) -> Iterator[Figure]:
    if quick:
        yield Figure(
            "test error of 5,000 training digits", learn_digits("simple-cnn", **FEW).error, ".2%", at_most=0.05
        )
        return
    found = [learn_digits("simple-cnn", seed=seed) for seed in SEEDS]
    errors = [one.error for one in found]
    yield Figure("test error, mean of three seeds", sum(errors) / len(errors), ".2%", at_most=0.004, headline=True)
    yield Figure("test error of the worst seed", max(errors), ".2%", at_most=0.004)
    yield Figure("longest training", max(one.seconds for one in found) / 60, ".1f", unit="minutes", at_most=15)


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
