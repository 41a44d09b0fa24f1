"""Packages that only some users need, and that an extra of striate installs."""

from importlib import import_module
from typing import Any


def required(package: str, extra: str, purpose: str) -> Any:  # noqa: ANN401  a module has no type of its own
    """Import a package; a RuntimeError names the extra that installs it where it is missing.

    Args:
        package: what to import.
        extra: of striate, as in `pip install 'striate[EXTRA]'`.
        purpose: what it is needed for.

    >>> required("json", "onnx", "an example").dumps([1])
    '[1]'
    """
    try:
        return import_module(package)
    except ImportError as error:
        raise RuntimeError(
            f"{purpose} needs {package}, which cannot be imported ({error}): pip install 'striate[{extra}]'"
        ) from error
