"""Packages that only some file formats need."""

from importlib import import_module
from pathlib import Path
from typing import Any


def extra(name: str, path: Path) -> Any:  # noqa: ANN401  a module, which may have no types
    """Return a package; a RuntimeError says which file needs it and how to get it."""
    try:
        return import_module(name)
    except ImportError as error:
        raise RuntimeError(
            f"{path}: its format needs {name}, which is not installed: pip install 'striate[large]'"
        ) from error
