"""The systems of the field's history: each file of this folder has one, as `SYSTEM`."""

from importlib import import_module
from pkgutil import iter_modules

from striate.lineage.system import System

_FOUND: list[System] = [import_module(f"{__name__}.{module.name}").SYSTEM for module in iter_modules(__path__)]

# By their names, in the order of history.
SYSTEMS = {system.name: system for system in sorted(_FOUND, key=lambda system: (system.year, system.name))}

__all__ = ["SYSTEMS"]
