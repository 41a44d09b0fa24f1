"""What this installation is and runs on."""

import sys

import torch

import striate
from striate.engine._load import isa_found, isa_used
from striate.engine.selection import forced_kernel, known_kernels


def config() -> dict[str, str]:
    """Return the lines of `show_config` as a dictionary."""
    compiled = [kernel for kernel in known_kernels() if kernel not in {"torch", "triton"}]
    return {
        "striate": striate.__version__,
        "torch": torch.__version__,
        "python": sys.version.split()[0],
        "isa found": isa_found(),
        "isa used": isa_used(),
        "threads": str(torch.get_num_threads()),
        "kernels compiled": ", ".join(compiled) or "none",
        "kernel forced": forced_kernel() or "none",
    }


def show_config() -> None:
    """Print version, torch, instruction set found and used, threads, and the kernels compiled.

    >>> show_config()  # doctest: +ELLIPSIS
    striate           ...
    kernel forced     none
    """
    for name, value in config().items():
        print(f"{name:<18}{value}")  # noqa: T201, printing is what it is for
