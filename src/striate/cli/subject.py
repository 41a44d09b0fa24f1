"""The model that a word on the command line means."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn


def module_in_file(path: Path, name: str) -> "nn.Module":
    """Return the module of this name in a Python file, or what the class or function of this name makes.

    Args:
        path: The file; it is run.
        name: Of a module, a class or a function in it.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It has no such name, or that gives no module.
    """
    from torch import nn  # noqa: PLC0415  torch takes a second; --help has none

    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    spec = spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} cannot be read as Python")
    module = module_from_spec(spec)
    sys.path.insert(0, str(path.parent.resolve()))  # for what stands next to it, as when it is run
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.pop(0)
    found: Any = getattr(module, name, None)
    if found is None:
        raise ValueError(f"{path} has no {name!r}")
    made = found if isinstance(found, nn.Module) or not callable(found) else found()
    if not isinstance(made, nn.Module):
        raise ValueError(f"{name} in {path} gives a {type(made).__name__}, not a torch.nn.Module")
    return made


def trained_model(subject: str) -> "nn.Module":
    """Return a run's model, or one that a Python file makes, weights and all.

    Args:
        subject: A run folder, or file.py:name.

    Raises:
        ValueError: It is neither.
    """
    from striate.train.run import Run  # noqa: PLC0415

    path, _, name = subject.rpartition(":")
    if path.endswith(".py"):
        return module_in_file(Path(path), name)
    if not Path(subject).is_dir():
        raise ValueError(f"{subject!r} is no run folder, and no module in a Python file, which is written file.py:name")
    return Run.open(subject).load_model()
