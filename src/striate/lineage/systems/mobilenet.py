"""Depthwise separable convolutions of 2014 and 2017: what they save, layer by layer, and what that does to accuracy."""

from collections.abc import Iterator
from fractions import Fraction
from statistics import median

from striate import models
from striate.data import load
from striate.lineage.system import Figure, System
from striate.lineage.training import some_of
from striate.train import fit
from striate.view.inspection import Inspection, inspect

MINI, TAPS = "mobilenet-v1-mini", 9
EPOCHS = 2  # for which the small networks are compared; their recipes have more

# Parameters and multiply-adds in millions: table 4 of Howard et al.
PUBLISHED = {"separable": ("4.2", "569"), "full": ("29.3", "4866")}


def inspected(name: str, convolution: str) -> Inspection:
    """Return MobileNet layer by layer.

    Args:
        name: `"mobilenet-v1"` or `"mobilenet-v1-mini"`.
        convolution: `"separable"`, or `"full"` for its twin with full convolutions.

    >>> inspected("mobilenet-v1-mini", "full").parameters
    283386
    """
    return inspect(models.create(name, convolution=convolution), models.example(name), measure=False)


def shares(separable: Inspection, full: Inspection) -> Iterator[tuple[Fraction, Fraction]]:
    r"""Yield what each separable layer has of its twin's weights, then of its multiply-adds, and what the formula says.

    $$\\frac{1}{n} + \\frac{1}{k^2}$$ for n outputs and k x k taps (Howard et al., section 3.1).

    Args:
        separable: what `inspect` found in the network.
        full: and in its twin.

    >>> all(ours == formula for ours, formula in shares(inspected(MINI, "separable"), inspected(MINI, "full")))
    True
    """
    rows = {row.path: row for row in separable.rows}
    for row in full.rows:
        if f"{row.path}.depthwise" not in rows:
            continue
        halves = rows[f"{row.path}.depthwise"], rows[f"{row.path}.pointwise"]
        formula = Fraction(1, row.output[0][1]) + Fraction(1, TAPS)
        yield Fraction(sum(half.parameters for half in halves), row.parameters), formula
        yield Fraction(sum(half.multiply_adds for half in halves), row.multiply_adds), formula


def _measure(quick: bool) -> Iterator[Figure]:
    found = {convolution: inspected("mobilenet-v1", convolution) for convolution in PUBLISHED}
    for convolution, (parameters, cost) in PUBLISHED.items():
        ours = found[convolution]
        for what, value, form, published in (
            ("parameters", ours.parameters / 1e6, ".1f", parameters),
            ("multiply-adds", ours.multiply_adds / 1e6, ".0f", cost),
        ):
            near = float(published)
            slack = 0.05 if what == "parameters" else 5e-4 * near
            yield Figure(f"MobileNet, {convolution}: {what}", value, form, unit="million",
                         published=f"{published} million", at_least=near - slack, at_most=near + slack)  # fmt: skip
    pairs = list(shares(found["separable"], found["full"]))
    exact = sum(ours == formula for ours, formula in pairs)
    yield Figure("counts of its 13 separable layers that are 1/n + 1/9 of the full ones'", exact, ".0f",
                 published="26, by section 3.1", at_least=26, at_most=26)  # fmt: skip
    yield from _trained(quick)


def _trained(quick: bool) -> Iterator[Figure]:
    mnist = load("mnist")
    data, end = (some_of(mnist, 3000, 1000), "3,000 digits") if quick else (mnist, "60,000 digits")
    accuracy, speed = {}, {}
    for convolution in PUBLISHED:
        history = fit(MINI, data, epochs=EPOCHS, options={"convolution": convolution})
        accuracy[convolution], speed[convolution] = history["val_acc"][-1], median(history["images_per_second"])
        size = f"{inspected(MINI, convolution).parameters:,} parameters"
        yield Figure(f"{end}: {MINI}, {convolution} convolutions, {size}", accuracy[convolution], ".2%",
                     at_least=0.3 if quick else 0.98, headline=not quick)  # fmt: skip
    yield Figure("what separating costs", accuracy["full"] - accuracy["separable"], ".2%",
                 published="1.1 % of ImageNet", at_most=None if quick else 0.01)  # fmt: skip
    yield Figure("images a second in training, separable over full", speed["separable"] / speed["full"], ".2f")
    if not quick:
        history = fit("mobilenet-v2-mini", data, epochs=EPOCHS)
        yield Figure(f"{end}: mobilenet-v2-mini", history["val_acc"][-1], ".2%", at_least=0.98)


SYSTEM = System(
    name="mobilenet",
    title="Depthwise separable convolutions",
    year=2014,
    source='Sifre, "Rigid-motion scattering for image classification", 2014; Howard et al., "MobileNets", 2017; '
    'Sandler et al., "MobileNetV2", 2018',
    command="striate train mobilenet-v1-mini",
    page="mobilenet.md",
    measure=_measure,
)
