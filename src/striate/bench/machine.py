"""The machine and the versions that a measurement belongs to."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from striate.engine.config import config

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


def processor() -> str:
    """Return the processor's model as the system calls it."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        text = ""
    models = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
