"""What each position of a window sees, gathered into columns; and its adjoint."""

from collections.abc import Sequence
from math import prod

from torch import Tensor

from striate.arithmetic import Geometry
from striate.engine.extension import extend
from striate.engine.folding import fold_back, overlap_add


def gather(input: Tensor, geometry: Geometry, modes: Sequence[str], value: float) -> Tensor:
    """Gather (N, C, *S) into (N, C * taps, positions)."""
    ndim = geometry.ndim
    windows = geometry.windows(input.shape[2:])
    geometry.output_size(input.shape[2:])
    extended = extend(input, tuple((window.before, window.after) for window in windows), modes, value)
    for axis, window in enumerate(windows, 2):
        extended = extended.unfold(axis, window.extent, window.stride)[..., :: window.dilation]
    seen = extended.permute(0, 1, *range(ndim + 2, 2 * ndim + 2), *range(2, ndim + 2))
    return seen.flatten(ndim + 2).flatten(1, ndim + 1)


def scatter(columns: Tensor, size: Sequence[int], geometry: Geometry, modes: Sequence[str]) -> Tensor:
    """Add (N, C * taps, positions) up where `gather` of an input of `size` took them, (N, C, *size)."""
    windows = geometry.windows(size)
    outputs = geometry.output_size(size)
    channels = columns.shape[1] // prod(geometry.kernel)
    parts = columns.unflatten(2, outputs).unflatten(1, (channels, *geometry.kernel))
    for window, n in zip(windows, size, strict=True):
        # An axis's taps stand first of those left, at 2; with them gone its positions always stand at ndim + 1.
        place = geometry.ndim + 1
        parts = overlap_add(parts.unbind(2), place, window.stride, window.dilation, window.padded_size(n))
    return fold_back(parts, tuple((window.before, window.after) for window in windows), modes)
