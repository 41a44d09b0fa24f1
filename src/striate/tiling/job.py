"""One run of a model over tiles: windows are read, computed, cropped and written."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from striate.engine.evaluating import evaluating
from striate.tiling.files import Readable, Writable, flush, release
from striate.tiling.grid import Cut
from striate.tiling.layout import Layout, OutputLayout
from striate.tiling.planning import Plan, example
from striate.train.weights import digest

_CORNER = 64  # elements along each axis by which an input is known again


@dataclass(frozen=True)
class Job:
    """A model, an input, and the tiles to do.

    Args:
        model: that is run.
        source: the input.
        layout: of the input's dimensions.
        arranged: from the model's output to the array that is written.
        plan: the tiles.
        prepare: makes of a window what the model takes; None for the usual.
    """

    model: nn.Module
    source: Tensor | Readable
    layout: Layout
    arranged: OutputLayout
    plan: Plan
    prepare: Callable[[Tensor], Tensor] | None

    @property
    def output_shape(self) -> tuple[int, ...]:
        """The shape of the output as an array."""
        return tuple(self.arranged(torch.empty(self.plan.output, device="meta")).shape)

    @property
    def output_dtype(self) -> np.dtype[Any]:
        """The dtype of the output as an array, which has no bfloat16."""
        return np.dtype(_array(torch.empty(0, dtype=self.plan.dtype)).dtype)

    def results(self, numbers: Sequence[int]) -> Iterator[tuple[tuple[Cut, ...], Tensor]]:
        """Compute some of the tiles, in the order of their numbers."""
        wanted = set(numbers)
        with evaluating(self.model):
            for number, cuts in enumerate(self.plan):
                if number in wanted:
                    with torch.inference_mode():
                        result = self.model(self.window(cuts))
                    yield cuts, result[self.plan.index([cut.kept for cut in cuts])].cpu()

    def window(self, cuts: Sequence[Cut]) -> Tensor:
        """Return the model's input for a tile."""
        like = example(self.model, floating(self.source.dtype))
        window = self.layout.to_model(self.read(cuts)).to(like.device)
        window = _as_numbers(window) if self.prepare is None else self.prepare(window)
        return window.to(like.dtype)

    def read(self, cuts: Sequence[Cut]) -> Tensor:
        """Read a window; where it goes round an end, in pieces."""
        pieces = [_runs(cut, self.source.shape[dim]) for cut, dim in zip(cuts, self.layout.space, strict=True)]
        shape = list(self.source.shape)
        for cut, dim in zip(cuts, self.layout.space, strict=True):
            shape[dim] = cut.window
        window: Tensor | None = None
        for places in product(*pieces):
            index, target = [slice(None)] * len(shape), [slice(None)] * len(shape)
            for (read, put), dim in zip(places, self.layout.space, strict=True):
                index[dim], target[dim] = read, put
            part = _tensor(self.source[tuple(index)])
            if window is None:
                window = part.new_empty(shape)
            window[tuple(target)] = part
        release(self.source)
        return torch.empty(shape) if window is None else window

    def write(self, target: Writable, cuts: Sequence[Cut], result: Tensor) -> None:
        """Put a tile's result into an array, and on disk where that is a file."""
        made = self.arranged(result)
        index = self.arranged.index(self.plan.dims, [cut.made for cut in cuts])
        target[index] = made if isinstance(target, Tensor) else _array(made)
        flush(target)
        release(target)

    def settings(self) -> dict[str, Any]:
        """Return what must be the same for finished tiles to be of use."""
        state = {key: value.detach().cpu().contiguous() for key, value in self.model.state_dict().items()}
        first = self.read([Cut(0, min(_CORNER, size), slice(0), slice(0)) for size in self.plan.shape[2:]])
        return {
            "model": hashlib.sha256(f"{self.model!r} {digest(state)}".encode()).hexdigest(),
            "input": hashlib.sha256(first.contiguous().numpy().tobytes()).hexdigest(),  # of a corner: all may be days
            "shape": [list(self.plan.shape), self.layout.letters],
            "tile": [[grid.window, grid.advance] for grid in self.plan.grids],
        }


def _runs(cut: Cut, size: int) -> list[tuple[slice, slice]]:
    """Return the pieces of a window, which may go round the ends: where each is read, and where it is put."""
    runs = []
    place = 0
    while place < cut.window:
        start = (cut.start + place) % size
        length = min(size - start, cut.window - place)
        runs.append((slice(start, start + length), slice(place, place + length)))
        place += length
    return runs


def _tensor(read: Any) -> Tensor:  # noqa: ANN401
    """Return a part that was read as a tensor of its own."""
    if isinstance(read, Tensor):
        return read
    array = np.array(read)  # a copy: a file may be mapped for reading only
    return torch.from_numpy(array.astype(array.dtype.newbyteorder("="), copy=False))


def _array(tensor: Tensor) -> NDArray[Any]:
    return (tensor.float() if tensor.dtype is torch.bfloat16 else tensor).numpy()


def _as_numbers(window: Tensor) -> Tensor:
    """Return integers as shares of the largest of their dtype."""
    if window.is_floating_point() or window.dtype is torch.bool or window.is_complex():
        return window
    return window.double() / torch.iinfo(window.dtype).max  # exact for a model of either precision


def floating(dtype: Any) -> torch.dtype:  # noqa: ANN401  torch's or NumPy's
    """Return a floating-point dtype as torch's, and float32 for any other."""
    name = dtype if isinstance(dtype, torch.dtype) else getattr(torch, str(dtype), torch.float32)
    return name if name.is_floating_point else torch.float32
