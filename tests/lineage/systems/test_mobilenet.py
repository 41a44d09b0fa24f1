from fractions import Fraction

from striate.lineage.systems.mobilenet import MINI, inspected, shares
from striate.models import create, example
from striate.view.inspection import inspect


def test_every_layer_of_the_small_network_has_the_formulas_share():
    found = list(shares(inspected(MINI, "separable"), inspected(MINI, "full")))
    assert len(found) == 2 * 5
    assert found[0] == (Fraction(1, 32) + Fraction(1, 9),) * 2
    assert all(ours == formula for ours, formula in found)


def test_a_twin_of_another_width_has_not():
    wider = inspect(create(MINI, convolution="full", width=1.0), example(MINI), measure=False)
    assert not any(ours == formula for ours, formula in shares(inspected(MINI, "separable"), wider))
