"""Packages that only some file formats need."""

from pathlib import Path
from typing import Any

from striate.runtimes.extras import required


def extra(name: str, path: Path) -> Any:  # noqa: ANN401  a module, which may have no types
    """Return a package; a RuntimeError says which file needs it and how to get it."""
    return required(name, "large", f"the format of {path}")
