"""The field's history, checked: each system that striate rebuilds, its paper's figures, and ours."""

from striate.lineage.measurement import KEPT, Measurement, keep, machine, measure, read_kept
from striate.lineage.system import Figure, System
from striate.lineage.systems import SYSTEMS
from striate.lineage.table import figures_of, overview

__all__ = [
    "KEPT",
    "SYSTEMS",
    "Figure",
    "Measurement",
    "System",
    "figures_of",
    "keep",
    "machine",
    "measure",
    "overview",
    "read_kept",
]
