"""A model as torch.export's program, whose sizes may change where the model lets them."""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram, export

from striate.exporting.sizes import free_axes

AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def traced(model: nn.Module, input: Tensor, *, dynamic_size: bool) -> ExportedProgram:
    """Trace a model for any number of samples, and for any size where that is asked for and can be traced.

    Args:
        model: In evaluation mode.
        input: At least two samples of what it takes.
        dynamic_size: Whether the axes of `free_axes` may change too.

    Raises:
        RuntimeError: torch.export cannot trace the model.
    """
    axes = (0, *free_axes(input)) if dynamic_size else (0,)
    try:
        with quiet(), torch.no_grad():
            return export(model, (input,), dynamic_shapes=(dict.fromkeys(axes, Dim.AUTO),))
    except Exception as error:  # its own classes, sympy's, or whatever the model raises on symbols
        if dynamic_size:
            return traced(model, input, dynamic_size=False)
        raise RuntimeError(
            f"torch.export cannot trace the model, a {type(model).__name__}: {str(error).strip().partition(chr(10))[0]}"
        ) from error


def dynamic_axes(program: ExportedProgram) -> dict[int, str]:
    """Return the axes of a program's input that may change, and what their sizes are called.

    >>> program = traced(nn.Conv2d(1, 4, 3), torch.zeros(2, 1, 8, 8), dynamic_size=True)
    >>> dynamic_axes(program)
    {0: 'batch', 2: 'height', 3: 'width'}
    """
    shape = _input_shape(program)
    free = range(1 if len(shape) == 2 else 2, len(shape))
    names = {0: "batch", **dict(zip(free, AXES.get(len(free), ()), strict=False))}
    # A symbol that the code ties to one number stays a symbol, with no range of its own
    tied = [isinstance(size, int) or size.node.expr not in program.range_constraints for size in shape]
    return {axis: names.get(axis, f"size_{axis}") for axis in range(len(shape)) if not tied[axis]}


def takes(program: ExportedProgram, size: Sequence[int]) -> bool:
    """Whether a program takes inputs of a size along `free_axes`: code that branches on a size bounds it.

    >>> program = traced(nn.Conv2d(1, 4, 3), torch.zeros(2, 1, 8, 8), dynamic_size=True)
    >>> takes(program, (40, 40)), takes(program, (2, 2))
    (True, False)
    """
    shape = _input_shape(program)
    for side, asked in zip(shape[len(shape) - len(size) :], size, strict=True):
        bounds = None if isinstance(side, int) else program.range_constraints.get(side.node.expr)
        if not (side == asked if bounds is None else bounds.lower <= asked <= bounds.upper):
            return False
    return True


def symbols(program: ExportedProgram) -> dict[str, str]:
    """Return what the sizes that may change are called within a program, and what `dynamic_axes` calls them."""
    shape = _input_shape(program)
    return {str(shape[axis]): name for axis, name in dynamic_axes(program).items()}


@contextmanager
def quiet() -> Iterator[None]:
    """Silence what torch's exporters say of their own code, and of packages that they can do without."""
    logger = logging.getLogger("torch")
    level = logger.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logger.setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            logger.setLevel(level)


def _input_shape(program: ExportedProgram) -> Sequence[int | torch.SymInt]:
    (name,) = program.graph_signature.user_inputs
    node = next(node for node in program.graph.nodes if node.name == name)
    shape: Sequence[int | torch.SymInt] = node.meta["val"].shape
    return shape
