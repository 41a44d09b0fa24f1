from pathlib import Path

import pytest

from striate.lineage import Figure, System


@pytest.fixture
def docs():
    return Path(__file__).parent.parent.parent / "docs"


@pytest.fixture
def system():
    def measure(quick):
        yield Figure("error", 0.5 if quick else 0.25, ".0%", published="30 %", at_most=0.6, headline=True)
        yield Figure("parameters", 7, ",.0f", at_most=3)

    return System("made", "Made up", 1999, "A. Paper", "striate made", "made.md", measure)
