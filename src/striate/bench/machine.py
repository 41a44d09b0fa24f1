"""The machine and the versions that a measurement belongs to."""

import platform
from importlib.metadata import PackageNotFoundError, version

from striate.engine.config import config
from striate.engine.processor import available_cores, processor

_PACKAGES = ("torch", "jax", "jaxlib", "onnxruntime", "openvino")


def machine() -> dict[str, str]:
    """Return processor, cores, instruction set, system and versions; peers that are not installed are left out."""
    lines = {
        "processor": processor(),
        "cores": str(available_cores()),
        "isa": config()["isa used"],
        "system": platform.platform(),
        "striate": config()["striate"],
    }
    return lines | {package: found for package in _PACKAGES if (found := _version(package))}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
