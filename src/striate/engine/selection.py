"""Which kernel runs: chosen by the engine, or forced by a person."""

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from striate.arithmetic.arguments import choice
from striate.engine._load import has_kernels, ops
from striate.engine.gpu.availability import has_triton

DIRECTIONS = ("forward", "backward_data", "backward_weight")
# What is planned: of inference, which is forward with weights that stay, a kernel packs the weights once.
COMPUTATIONS = ("inference", *DIRECTIONS)


@functools.cache
def kernel_list(computation: str) -> tuple[str, ...]:
    """Return the compiled kernels of a computation, best first; their places are the indices that operators take."""
    return tuple(ops().kernels(computation).split("\n"))


def known_kernels() -> tuple[str, ...]:
    """Return the names that can be forced: the compiled kernels, Triton's for GPUs, and torch's."""
    compiled = {name: None for direction in DIRECTIONS for name in kernel_list(direction)} if has_kernels() else {}
    return (*compiled, *(("triton",) if has_triton() else ()), "torch")


def _checked(name: str, argument: str) -> str:
    if name not in {"torch", "triton"}:
        ops()  # without the compiled kernels its RuntimeError says how to build them
    return choice(name, known_kernels(), argument)


def _forced_by_environment() -> str | None:
    name = os.environ.get("STRIATE_KERNEL")
    return _checked(name, "STRIATE_KERNEL") if name else None


_of_process = _forced_by_environment()
_forced: ContextVar[str | None] = ContextVar("striate_kernel", default=_of_process)


# The kernel that is forced here, or None; without a Python function around it, 50 ns less of every call.
forced_kernel = _forced.get


@contextmanager
def use_kernel(name: str) -> Iterator[None]:
    """Force a kernel for every convolution inside the `with` block, in this thread.

    Args:
        name: a family of `show_config`'s "kernels compiled"; `"reference"` is the loops over the definition, `"torch"`
            means torch's own operators, and `"triton"` our kernels for GPUs, which run nowhere unless they are forced.
            The environment variable `STRIATE_KERNEL` forces one for a whole process.

    Raises:
        ValueError: an unknown name; the known ones are listed.
        RuntimeError: the compiled kernels are missing.

    A forced kernel that cannot compute a convolution raises RuntimeError with the reason; nothing else runs instead.
    Calls recorded by `torch.compile`, `torch.export` or `torch.jit.trace` become torch's operators all the same.

    >>> import torch
    >>> with use_kernel("torch"):
    ...     torch.nn.functional.conv1d(torch.randn(1, 2, 8), torch.randn(3, 2, 3)).shape
    torch.Size([1, 3, 6])
    """
    token = _forced.set(_checked(name, "kernel"))
    try:
        yield
    finally:
        _forced.reset(token)
