"""LeNet-5 of 1998: its test error, and what more training digits and distorted ones are worth."""

from collections.abc import Iterator

from striate.data import ImageData, load
from striate.lineage.system import Figure, System
from striate.lineage.training import some_of
from striate.models.lenet5 import LeNet5, connections
from striate.train import fit

DISTORTED_EPOCHS = 30  # no digit is seen twice, so that more passes are worth their time


def _measure(quick: bool) -> Iterator[Figure]:
    model = LeNet5()
    for what, found, published in (
        ("trainable parameters", sum(parameter.numel() for parameter in model.parameters()), 60000),
        ("connections", sum(connections(model).values()), 340908),
    ):
        yield Figure(what, found, ",.0f", published=f"{published:,}", at_least=published, at_most=published)
    mnist = load("mnist")
    if quick:
        few = some_of(mnist, 8000, 2000)
        yield Figure("test error of 8,000 training digits", _error(few, epochs=4), ".2%", at_most=0.05)
        distorted = _error(few, augment="planar", epochs=4)
        yield Figure("test error of 8,000 training digits, distorted", distorted, ".2%", at_most=0.055)
        return
    for images, most in ((15000, 0.02), (30000, 0.0135)):
        error = _error(some_of(mnist, images, len(mnist.test)))
        yield Figure(f"test error of {images:,} training digits", error, ".2%", published="in Fig. 6", at_most=most)
    yield Figure(
        "test error of 60,000 training digits", _error(mnist), ".2%", published="0.95 %", at_most=0.0095, headline=True
    )
    error = _error(mnist, augment="planar", epochs=DISTORTED_EPOCHS)
    yield Figure("test error of 60,000 training digits, distorted anew at each pass", error, ".2%", published="0.8 %",
                 at_most=0.008, headline=True)  # fmt: skip


def _error(data: ImageData, *, augment: str | None = None, epochs: int | None = None) -> float:
    return 1 - fit("lenet5", data, augment=augment, epochs=epochs)["val_acc"][-1]


SYSTEM = System(
    name="lenet5",
    title="LeNet-5",
    year=1998,
    source='LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 86, '
    "1998",
    command="striate train lenet5 --augment planar --epochs 30",
    page="lenet5.md",
    measure=_measure,
)
