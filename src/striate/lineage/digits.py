"""What two systems are measured by: a registered model trained on handwritten digits, all or some of them."""

from dataclasses import dataclass, replace

from striate.data import load, subset
from striate.train import fit


@dataclass(frozen=True)
class Learnt:
    """What came of a training.

    Args:
        error: the share of the test digits that are misclassified.
        seconds: that the training took, with a look at the test digits after each epoch.
    """

    error: float
    seconds: float


def learn_digits(
    model: str,
    *,
    images: int | None = None,
    tested: int | None = None,
    augment: str | None = None,
    epochs: int | None = None,
    seed: int = 0,
) -> Learnt:
    """Train a registered model on MNIST, as `striate train` does.

    Args:
        model: its name.
        images: training digits, drawn by the seed; all unless given.
        tested: test digits, likewise.
        augment: how training digits are varied; as the model's recipe says unless given.
        epochs: passes over the training digits; likewise.
        seed: of what is drawn, and of the training.

    >>> learn_digits("lenet5-modern", images=64, tested=10, epochs=1).error <= 1
    True
    """
    data = load("mnist")
    train = data.train if images is None else subset(data.train, images, seed=seed)
    test = data.test if tested is None else subset(data.test, tested, seed=seed)
    history = fit(model, replace(data, train=train, test=test), augment=augment, epochs=epochs, seed=seed)
    return Learnt(1 - history["val_acc"][-1], sum(history["seconds"]))
