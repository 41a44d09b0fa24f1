"""Find and load the compiled kernels, once; without them striate computes through torch."""

import functools
import os
import platform
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

# The number in csrc/torch_ops/library.cpp: a library built from other sources than these is not called.
ABI_VERSION = 5

LIBRARY = "_kernels.so"
REMEDY = "`pip install .` in a clone of striate builds them (it needs gcc 12 or clang 16, or newer)"

_lock = threading.Lock()
_loaded: Any = None


def library_path() -> Path | None:
    """Return where the compiled library lies, or None.

    It is looked for in every folder of this package: an editable install has the sources in one and the library in
    another.
    """
    paths = (Path(folder) / LIBRARY for folder in sys.modules[__package__].__path__)
    return next((path for path in paths if path.is_file()), None)


def has_kernels() -> bool:
    """Whether the compiled kernels are there; the first call loads them, and warns if that fails."""
    return _trouble() is None


def ops() -> Any:  # noqa: ANN401, torch.ops has no types
    """Return the namespace of the compiled operators, `torch.ops.striate`; RuntimeError says how to build it."""
    return _loaded or _ops()


def _ops() -> Any:  # noqa: ANN401
    global _loaded  # noqa: PLW0603, every call of a kernel asks: a look at a global costs 0.03 us, `_trouble` 0.5
    trouble = _trouble()
    if trouble is not None:
        raise RuntimeError(f"striate's compiled kernels are missing: {trouble}; {REMEDY}")
    import torch  # noqa: PLC0415, not loaded by `import striate`

    _loaded = torch.ops.striate
    return _loaded


def isa_found() -> str:
    """Return the vector instructions of this processor: `baseline`, `avx2`, `avx512`, or `neon` on arm64.

    Without the compiled kernels, which ask the processor, the answer is `baseline`.
    """
    return str(ops().isa()) if has_kernels() else "baseline"


def isa_used() -> str:
    """Return the vector instructions that the kernels may use: those found, narrowed by `STRIATE_ISA`.

    Raises:
        ValueError: `STRIATE_ISA` is not one of the names for this kind of processor, which are listed.
    """
    found = isa_found()
    known = ("baseline", "neon") if platform.machine() in {"arm64", "aarch64"} else ("baseline", "avx2", "avx512")
    wanted = os.environ.get("STRIATE_ISA") or found
    if wanted not in known:
        raise ValueError(f"STRIATE_ISA must be one of {', '.join(known)} on this processor, but is {wanted!r}")
    return min(found, wanted, key=known.index)


def _trouble() -> str | None:
    """Return why the kernels are not there, or None."""
    with _lock:  # two threads must not register the operators twice
        return _load()


@functools.cache
def _load() -> str | None:
    path = library_path()
    if path is None:
        return _missing()  # the import of this module has warned
    import torch  # noqa: PLC0415

    try:
        torch.ops.load_library(path)
        found = torch.ops.striate.abi_version()
    except (OSError, AttributeError, RuntimeError) as error:
        return _warn(f"{path} cannot be loaded ({error})")
    if found != ABI_VERSION:
        return _warn(f"{path} has interface {found}, and this version of striate needs {ABI_VERSION}")
    from striate.engine import _fakes  # noqa: PLC0415

    _fakes.register()
    return None


def _missing() -> str:
    return f"there is no {LIBRARY} in {', '.join(sys.modules[__package__].__path__)}"


def _warn(trouble: str) -> str:
    message = f"striate's compiled kernels are not used: {trouble}. Everything is computed by torch; {REMEDY}."
    warnings.warn(message, RuntimeWarning, stacklevel=_depth_of_caller())
    return trouble


def _depth_of_caller() -> int:
    """Return the `stacklevel` for `_warn` that points at the first frame outside striate and the import system."""
    depth, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").split(".")[0] in {"striate", "importlib"}:
        frame = frame.f_back
        depth += "importlib._bootstrap" not in frame.f_code.co_filename  # `warnings` skips those itself
    return depth


if library_path() is None:
    _warn(_missing())
