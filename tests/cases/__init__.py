"""The layers that run the common gauntlet of `tests/nn/test_gauntlet.py`: one module a part of the family."""

import importlib
import pkgutil

from cases.case import Case


def all_cases() -> list[Case]:
    """Return the `CASES` of every module here."""
    modules = [module.name for module in pkgutil.iter_modules(__path__) if module.name != "case"]
    return [case for name in sorted(modules) for case in importlib.import_module(f"cases.{name}").CASES]
