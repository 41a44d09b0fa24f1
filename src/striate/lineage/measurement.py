"""Measuring a system, and the file that measurements are kept in."""

from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from time import perf_counter
from typing import Any

import torch

from striate.engine.config import config
from striate.engine.processor import available_cores, processor
from striate.lineage.system import Figure, System
from striate.train.files import read_json, write_json

KEPT = Path(str(files("striate.lineage"))) / "full.json"


@dataclass(frozen=True)
class Measurement:
    """What a system was measured at, in how many seconds, and on which machine.

    Args:
        figures: in the system's order.
        seconds: from the first to the last, training included.
        machine: processor, cores, instruction set and versions.
    """

    figures: tuple[Figure, ...]
    seconds: float
    machine: str

    @property
    def failed(self) -> tuple[Figure, ...]:
        """The figures that are not within their bounds."""
        return tuple(figure for figure in self.figures if not figure.holds)


def machine() -> str:
    """Return what a measurement is made on, in a line."""
    known = config()
    return (
        f"{processor()}, {available_cores()} cores, {torch.get_num_threads()} threads, {known['isa used']}, "
        f"striate {known['striate']}, torch {torch.__version__}"
    )


def measure(system: System, *, quick: bool = True) -> Measurement:
    """Measure a system.

    Args:
        system: one of `striate.lineage.SYSTEMS`.
        quick: a look in seconds, with looser bounds, instead of the figures that are published.

    >>> def count(quick):
    ...     yield Figure("cells", 5.0, ".0f", published="5", at_least=5)
    >>> found = measure(System("cells", "Cells", 1980, "a paper", "striate", "cells.md", count))
    >>> found.figures[0].text, found.failed
    ('5', ())
    """
    begun = perf_counter()
    figures = tuple(system.measure(quick))
    return Measurement(figures, perf_counter() - begun, machine())


def read_kept(path: Path = KEPT) -> dict[str, Measurement]:
    """Return the measurements in a file, by the names of their systems; those of this package unless given.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it holds something else.
    """
    content = read_json(path)
    try:
        return {name: _measurement(entry) for name, entry in content.items()}
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path} does not hold measurements of the lineage: {error!r}") from error


def keep(measurements: dict[str, Measurement], path: Path) -> None:
    """Write measurements to a file, atomically; those of other systems that it holds already stay."""
    held = read_kept(path) if path.exists() else {}
    write_json(path, {name: asdict(found) for name, found in sorted({**held, **measurements}.items())})


def _measurement(entry: dict[str, Any]) -> Measurement:
    return Measurement(tuple(Figure(**figure) for figure in entry["figures"]), entry["seconds"], entry["machine"])
