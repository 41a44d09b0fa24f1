"""C3D of 2015: bodies told apart in volumes, however they are turned."""

from collections.abc import Iterator

from striate.data import LabelledData, solids
from striate.lineage.system import Figure, System
from striate.models.c3d import PAPER
from striate.train import fit
from striate.train.linear_readout import linear_readout


def voxel_accuracy(data: LabelledData) -> float:
    """Return the test accuracy of a logistic regression on the voxels.

    >>> from striate.data import Labelled, draw_solids
    >>> some = Labelled(*draw_solids(60, volume_size=6))
    >>> 0 <= voxel_accuracy(LabelledData("few", some, some, tuple("abcdef"))) <= 1
    True
    """
    train, test = (part.inputs.flatten(1).float() / 255 for part in (data.train, data.test))
    found = linear_readout(train, data.train.labels, test, classes=len(data.classes))
    return float((found == data.test.labels).float().mean())


def _measure(quick: bool) -> Iterator[Figure]:
    data = solids()
    yield Figure("bodies told apart off their voxels, read linearly", voxel_accuracy(data), ".1%", at_most=0.75)
    accuracy = fit("c3d-mini", data, epochs=4 if quick else None)["val_acc"][-1]
    least = 0.85 if quick else 0.95
    yield Figure("bodies told apart by the network", accuracy, ".1%", at_least=least, headline=True)


SYSTEM = System(
    name="c3d",
    title="C3D",
    year=2015,
    source=PAPER,
    command="striate train c3d-mini",
    page="volumes.md",
    measure=_measure,
)
