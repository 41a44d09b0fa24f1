import math

import pytest

from striate.lineage import SYSTEMS, Figure


@pytest.mark.parametrize(
    ("figure", "text", "bound"),
    [
        (Figure("error", 0.0077, ".2%", at_most=0.0095), "0.77 %", "at most 0.95 %"),
        (Figure("gain", 1.25, ".1f", unit="dB", at_least=0.5), "1.2 dB", "at least 0.5 dB"),
        (Figure("cells", 5, ".0f", at_least=5, at_most=7), "5", "at least 5, at most 7"),
        (Figure("loss", 2.0, ".1f"), "2.0", ""),
    ],
)
def test_values_and_bounds_are_written_alike(figure, text, bound):
    assert (figure.text, figure.bound) == (text, bound)
    assert figure.holds


@pytest.mark.parametrize("value", [0.0096, math.nan, math.inf, -1.0])
def test_what_is_out_of_bounds_does_not_hold(value):
    assert not Figure("error", value, ".2%", at_least=0.0, at_most=0.0095).holds


def test_systems_are_told_apart_and_lead_to_their_pages(docs):
    assert all(name == system.name for name, system in SYSTEMS.items())
    assert [system.page for system in SYSTEMS.values() if not (docs / "lineage" / system.page).is_file()] == []
    years = [system.year for system in SYSTEMS.values()]
    assert years == sorted(years)
