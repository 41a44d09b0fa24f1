"""`plan`: the tiles of a model's input, and the proof that the model computes in a window what it does in the whole."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from striate.arithmetic.arguments import integer
from striate.graph import Recording, Value, record
from striate.graph.recorder import tensors_in
from striate.tiling.errors import TilingError
from striate.tiling.grid import Cut, Grid
from striate.tiling.motion import Motion, motion
from striate.tiling.positions import refuse_indices, refuse_positions
from striate.tiling.sameness import refuse_differences


@dataclass(frozen=True)
class Plan:
    """How a model is run tile by tile; `plan` makes it.

    Args:
        shape: of the input, (N, C, *S).
        output: the shape of the model's output.
        dtype: the dtype of the output.
        dims: the dimension of the output in which each spatial axis lies; None for one that the model sums up.
        grids: the tiles along each axis.
    """

    shape: tuple[int, ...]
    output: tuple[int, ...]
    dtype: torch.dtype
    dims: tuple[int | None, ...]
    grids: tuple[Grid, ...]

    def __len__(self) -> int:
        """Number of tiles."""
        return prod(grid.count for grid in self.grids)

    def __iter__(self) -> Iterator[tuple[Cut, ...]]:
        """Yield the tiles, the last axis running fastest: a cut an axis."""
        yield from product(*([grid.cut(number) for number in range(grid.count)] for grid in self.grids))

    @property
    def window(self) -> tuple[int, ...]:
        """What the model sees at once, (N, C, *K)."""
        return (*self.shape[:2], *(grid.window for grid in self.grids))

    def index(self, places: Sequence[slice]) -> tuple[slice, ...]:
        """Return an index of the output with a slice for each spatial axis."""
        index = [slice(None)] * len(self.output)
        for dim, place in zip(self.dims, places, strict=True):
            if dim is not None:
                index[dim] = place
        return tuple(index)

    def __str__(self) -> str:
        axes = [
            f"axis {axis}: {grid.count} of {grid.advance}, seen in windows of {grid.window}"
            + (f", moved in steps of {grid.motion.period}" if grid.motion.period > 1 and grid.count > 1 else "")
            for axis, grid in enumerate(self.grids)
        ]
        return "\n".join((f"{len(self)} tiles", *axes))


def plan(
    model: nn.Module,
    shape: Sequence[int],
    tile: int | Sequence[int | None] | None,
    dtype: torch.dtype = torch.float32,
) -> Plan:
    """Return the tiles in which a model gives what it gives in the whole.

    The model is followed over the whole shape without data, on the meta device: each operation's window, stride and
    border rule tell how far an inner end of a window is felt (the halo) and by what its place may move (the period).
    It is followed once more over one window, and every operation must be the same there.

    Args:
        model: takes one tensor (N, C, *S) and returns one.
        shape: of the input, (N, C, *S).
        tile: inputs along each axis that a tile stands for, its halo not counted; one int, or one an axis, None for an
            axis that is not cut. It is rounded down to a multiple of the period, and at least that.
        dtype: of the input of a model without parameters; others take their parameters'.

    Raises:
        TilingError: a ValueError that names the layers because of which a window does not give the whole's result.
        ValueError: a shape that the model refuses, a wrong number of tile sizes, several outputs.

    >>> print(plan(nn.Sequential(nn.Conv2d(3, 8, 5, padding=2), nn.MaxPool2d(2)), (1, 3, 100, 80), (32, None)))
    4 tiles
    axis 0: 4 of 32, seen in windows of 36, moved in steps of 2
    axis 1: 1 of 80, seen in windows of 80
    """
    shape = tuple(shape)
    if len(shape) < 3:
        raise ValueError(f"image must be (N, C, *S) with one spatial axis or more, but its shape is {shape}")
    tiles = _tiles(tile, shape[2:])
    shadow = _without_data(model)
    like = example(model, dtype)
    whole = record(shadow, torch.empty(shape, dtype=like.dtype, device="meta"), keep=False)
    output = _output(whole)
    grids = _grids(whole, output, tiles)
    cut = [axis for axis, grid in enumerate(grids) if grid.count > 1]
    dims = tuple(_dim(output, axis, axis in cut) for axis in range(whole.ndim))
    planned = Plan(shape, output.shape, output.dtype, dims, grids)
    if len(planned) > 1:
        refuse_positions(whole, cut)
        refuse_indices(whole)
        window = record(shadow, torch.empty(planned.window, dtype=like.dtype, device="meta"), keep=False)
        refuse_differences(whole, window, [grid.motion for grid in grids])
    return planned


def example(model: nn.Module, dtype: torch.dtype) -> Tensor:
    """Return a tensor of the dtype and the device of a model's input: its parameters', or a dtype on the CPU."""
    return next((tensor for tensor in model.parameters() if tensor.is_floating_point()), torch.empty(0, dtype=dtype))


def _grids(whole: Recording, output: Value, tiles: Sequence[int | None]) -> tuple[Grid, ...]:
    """Return the grid along each axis; what is against any of them is said at once."""
    grids, refused = [], []
    for axis, tile in enumerate(tiles):
        if tile is None:
            size, outputs = whole.values[whole.source].size(axis), output.size(axis)
            grids.append(Grid.whole(Motion(axis, size, outputs, Fraction(outputs, size), 1, 0, 0, size, wraps=False)))
            continue
        try:
            grids.append(Grid.of(motion(whole, axis), tile))
        except TilingError as error:
            refused.append(str(error))
    if refused:
        raise TilingError(
            f"{type(whole.model).__name__} does not give the same tile by tile as in the whole: {'; '.join(refused)}. "
            "Leave an axis uncut, tile=(..., None), or run the whole"
        )
    return tuple(grids)


def _tiles(tile: int | Sequence[int | None] | None, sizes: Sequence[int]) -> tuple[int | None, ...]:
    """Return one tile size an axis; None where it would not be cut."""
    asked = (tile,) * len(sizes) if tile is None or isinstance(tile, int) else tuple(tile)
    if len(asked) != len(sizes):
        raise ValueError(f"tile must be an int, or one an axis of the {len(sizes)} of the image, but got {tile}")
    checked = [None if one is None else integer(one, "tile", 1) for one in asked]
    return tuple(None if one is None or one >= size else one for one, size in zip(checked, sizes, strict=True))


def _without_data(model: nn.Module) -> nn.Module:
    """Return a copy whose tensors have shapes only."""
    memo: dict[int, Any] = {}
    for module in model.modules():
        held: Mapping[str, Any] = {**module._parameters, **module._buffers, **vars(module)}
        for tensor in tensors_in(held):
            bare = tensor.detach().to("meta")
            memo[id(tensor)] = nn.Parameter(bare, tensor.requires_grad) if isinstance(tensor, nn.Parameter) else bare
    return copy.deepcopy(model, memo)


def _output(recording: Recording) -> Value:
    if len(recording.outputs) != 1:
        raise ValueError(
            f"the model must return one tensor to be run tile by tile, but it returns {len(recording.outputs)}: "
            "wrap it in a module that returns the one you want"
        )
    return recording.values[recording.outputs[0]]


def _dim(output: Value, axis: int, is_cut: bool) -> int | None:
    dim = output.dim(axis)
    if dim is None and is_cut:
        raise TilingError(
            f"the model's output, {output.shape}, has no dimension of its own for axis {axis} of its input: it cannot "
            "be put together from tiles"
        )
    return dim
