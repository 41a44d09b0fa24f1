"""What the check of a system of the field's history is made of: the system, and the figures that it is measured at."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One thing that a system was measured at.

    Args:
        what: in words, such as "test error".
        value: what was measured.
        form: how it is written, a format such as ".2%" or ".1f".
        unit: written after it.
        published: the paper's own figure, as it is written there; "" where it has none.
        at_least: below this a check fails; None for no such bound.
        at_most: above this a check fails; None for no such bound.
        headline: whether it stands for its system in the table of all systems.

    >>> error = Figure("test error", 0.0077, ".2%", published="0.95 %", at_most=0.0095, headline=True)
    >>> error.text, error.bound, error.holds
    ('0.77 %', 'at most 0.95 %', True)
    """

    what: str
    value: float
    form: str
    unit: str = ""
    published: str = ""
    at_least: float | None = None
    at_most: float | None = None
    headline: bool = False

    @property
    def text(self) -> str:
        """The value as it is written."""
        return self._written(self.value)

    @property
    def bound(self) -> str:
        """What a check holds the value to, in words; "" for nothing."""
        ends = (("at least", self.at_least), ("at most", self.at_most))
        return ", ".join(f"{word} {self._written(end)}" for word, end in ends if end is not None)

    @property
    def holds(self) -> bool:
        """Whether the value is finite and within its bounds."""
        low = -math.inf if self.at_least is None else self.at_least
        high = math.inf if self.at_most is None else self.at_most
        return math.isfinite(self.value) and low <= self.value <= high

    def _written(self, value: float) -> str:
        number = f"{value:{self.form}}".replace("%", " %")
        return f"{number} {self.unit}" if self.unit else number


@dataclass(frozen=True)
class System:
    """A system of the field's history: where it was published, how to run it and how to measure it.

    Args:
        name: what `striate lineage` is asked for.
        title: its name in the literature.
        year: of its publication.
        source: the paper.
        command: what to type for its figures.
        page: of the documentation, a file in docs/lineage.
        measure: yields its figures; True asks for a quick look, with fewer samples and looser bounds.
    """

    name: str
    title: str
    year: int
    source: str
    command: str
    page: str
    measure: Callable[[bool], Iterator[Figure]]
