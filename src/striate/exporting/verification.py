"""What was exported, set against the model that it came from: the same outputs, and how fast each is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import torch
from torch import Tensor, nn

import striate.nn as snn
from striate.exporting.sizes import drawn_like

# The largest difference over the largest output. Sums of float32 in another order differ by a few 1e-7 a layer; what
# is wrong, such as padding on the other side, differs by 1e-2 and more.
TOLERANCE = 1e-4
# Where two elements of a pooling window are as large but for rounding, the model and its export may choose another one.
# To most layers that is nothing, but unpooling puts a value in another place: of a VGG-16 that unpools five times, 1 %
# of the outputs saw it at 360 x 480 with some weights, and 14 % with others. What is wrong changes nearly all of them.
TURNED = 0.2
BATCHES = (1, 3)
_RUNS = 7
_UNPOOLINGS = (nn.MaxUnpool1d, nn.MaxUnpool2d, nn.MaxUnpool3d, snn.MaxUnpoolNd)


@dataclass(frozen=True)
class Agreement:
    """How far the outputs of two models are apart on one drawn input.

    Args:
        shape: Of the input.
        difference: The largest, as a share of the largest output; without what `turned` counts.
        turned: The share of outputs that are further away, where the model unpools.
    """

    shape: tuple[int, ...]
    difference: float
    turned: float = 0.0


@dataclass(frozen=True)
class Timing:
    """The median time of a model and of its export on one input, on as many threads as torch uses.

    Args:
        shape: Of the input.
        model: Seconds.
        exported: Seconds.
    """

    shape: tuple[int, ...]
    model: float
    exported: float


def refuse_chance(model: nn.Module, input: Tensor) -> None:
    """Raise a RuntimeError where a model gives another output for the same input: it draws, and cannot be verified."""
    with torch.no_grad():
        first, second = tensors(model(input)), tensors(model(input))
    if not all(torch.equal(one.nan_to_num(), other.nan_to_num()) for one, other in zip(first, second, strict=True)):
        raise RuntimeError(
            f"the model, a {type(model).__name__}, gives another output each time: it draws at random when evaluating; "
            "export a module that calls it with what it draws, such as a mask"
        )


def compared(
    model: nn.Module, exported: Callable[[Tensor], object], input: Tensor, sizes: Sequence[Sequence[int]]
) -> tuple[Agreement, ...]:
    """Compare a model with its export on drawn inputs, of each of `BATCHES` samples and of each size.

    Args:
        model: In evaluation mode, on the CPU.
        exported: What came of it.
        input: What the model takes.
        sizes: Along `free_axes(input)`.

    Raises:
        RuntimeError: They differ by more than `TOLERANCE`, in more than the share `TURNED` of the outputs where the
            model unpools; the shape of the input is named.
    """
    found = []
    unpools = any(isinstance(module, _UNPOOLINGS) for module in model.modules())
    for size in sizes:
        for batch in BATCHES:
            drawn = drawn_like(input, batch, size, seed=batch)
            with torch.no_grad():
                difference, turned = _difference(tensors(model(drawn)), tensors(exported(drawn)), unpools)
            if not difference <= TOLERANCE:  # NaN is neither
                raise RuntimeError(
                    f"what was exported differs from the model by {difference:.2g} of its largest output on an input "
                    f"of shape {tuple(drawn.shape)}, above {TOLERANCE:g}; nothing was written"
                )
            found.append(Agreement(tuple(drawn.shape), difference, turned))
    return tuple(found)


def timed(model: nn.Module, exported: Callable[[Tensor], object], input: Tensor) -> Timing:
    """Time a model and its export in turn on one input, after a run of each that is not counted."""
    took: dict[Callable[[Tensor], object], list[float]] = {model: [], exported: []}
    with torch.no_grad():
        for number in range(1 + _RUNS):
            for call, seconds in took.items():
                start = perf_counter()
                call(input)
                if number:
                    seconds.append(perf_counter() - start)
    return Timing(tuple(input.shape), median(took[model]), median(took[exported]))


def tensors(output: object) -> tuple[Tensor, ...]:
    """Return a model's output as a tuple of tensors; a TypeError where it is anything else."""
    found = (output,) if isinstance(output, Tensor) else tuple(output) if isinstance(output, tuple | list) else ()
    if not found or not all(isinstance(tensor, Tensor) for tensor in found):
        raise TypeError(f"the model returns a {type(output).__name__}; expected a tensor, or a tuple of them")
    return found


def names(output: object) -> tuple[str, ...]:
    """Return what a model's outputs are called: the fields of a named tuple, else `output`, with numbers if several.

    >>> names(torch.zeros(2)), names((torch.zeros(2), torch.zeros(2)))
    (('output',), ('output_0', 'output_1'))
    """
    count = len(tensors(output))
    fields: tuple[str, ...] | None = getattr(output, "_fields", None)
    return fields or (("output",) if count == 1 else tuple(f"output_{number}" for number in range(count)))


def _difference(expected: Sequence[Tensor], found: Sequence[Tensor], unpools: bool) -> tuple[float, float]:
    """Return the largest difference, and the share of outputs that was left out of it."""
    if [tensor.shape for tensor in expected] != [tensor.shape for tensor in found]:
        return float("inf"), 0.0
    pairs = zip(expected, found, strict=True)
    apart = torch.cat([((one - other).abs() / one.abs().max().clamp(min=1e-30)).flatten() for one, other in pairs])
    beyond = apart > TOLERANCE
    turned = float(beyond.float().mean())
    if unpools and turned <= TURNED:
        return float(apart[~beyond].max()), turned
    return float(apart.max()), 0.0
