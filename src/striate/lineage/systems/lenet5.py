"""LeNet-5 of 1998: its test error, and what more training digits and distorted ones are worth."""

from collections.abc import Iterator

from striate.lineage.digits import learn_digits
from striate.lineage.system import Figure, System
from striate.models.lenet5 import LeNet5, connections

FEW = {"images": 8000, "tested": 2000, "epochs": 4}  # seconds


def _measure(quick: bool) -> Iterator[Figure]:
    model = LeNet5()
    for what, found, published in (
        ("trainable parameters", sum(parameter.numel() for parameter in model.parameters()), 60000),
        ("connections", sum(connections(model).values()), 340908),
    ):
        yield Figure(what, found, ",.0f", published=f"{published:,}", at_least=published, at_most=published)
    if quick:
        yield Figure("test error of 8,000 training digits", learn_digits("lenet5", **FEW).error, ".2%", at_most=0.05)
        distorted = learn_digits("lenet5", augment="distort", **FEW).error
        yield Figure("test error of 8,000 training digits, distorted", distorted, ".2%", at_most=0.08)
        return
    for images, most in ((15000, 0.02), (30000, 0.0135)):
        error = learn_digits("lenet5", images=images).error
        yield Figure(f"test error of {images:,} training digits", error, ".2%", published="in Fig. 6", at_most=most)
    error = learn_digits("lenet5").error
    yield Figure(
        "test error of 60,000 training digits", error, ".2%", published="0.95 %", at_most=0.0095, headline=True
    )
    error = learn_digits("lenet5", augment="distort").error
    yield Figure("test error of 60,000 training digits, distorted anew at each pass", error, ".2%", published="0.8 %",
                 at_most=0.008, headline=True)  # fmt: skip


SYSTEM = System(
    name="lenet5",
    title="LeNet-5",
    year=1998,
    source='LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 86, '
    "1998",
    command="striate train lenet5 --augment distort",
    page="lenet5.md",
    measure=_measure,
)
