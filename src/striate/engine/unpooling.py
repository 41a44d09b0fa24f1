"""Unpooling: the elements of a pooling's output put back where its windows stood."""

from math import prod

import torch
from torch import Tensor

from striate.arithmetic import Geometry, Window
from striate.engine.indices import check_indices


def max_unpool(input: Tensor, indices: Tensor, size: tuple[int, ...]) -> Tensor:
    """Put (N, C, *T) at flat indices of (N, C, *size); of several at one place the last in row-major order stands.

    What does not stand takes no gradient. A plain scatter would leave both to the device.
    """
    values, places = input.flatten(2), indices.flatten(2)
    check_indices(places, prod(size), "indices")
    numbers = torch.arange(values.shape[2], device=input.device).expand(values.shape)
    nothing = values.new_zeros(*values.shape[:2], prod(size))
    owners = torch.zeros_like(nothing, dtype=torch.int64).scatter_reduce(2, places, numbers, "amax")
    stands = owners.gather(2, places) == numbers
    standing = torch.where(stands, values, torch.zeros_like(values))
    return nothing.scatter_add(2, places, standing).reshape(*values.shape[:2], *size)


def sum_unpool(input: Tensor, geometry: Geometry, size: tuple[int, ...]) -> Tensor:
    """Add each element of (N, C, *T) to every place of (N, C, *size) that its window covers: sum pooling's adjoint."""
    windows = geometry.windows(size)
    for axis, (window, n) in enumerate(zip(windows, size, strict=True), 2):
        if _tiles(window, input.shape[axis], n):
            shape = [window.kernel if i == axis else -1 for i in range(input.ndim)]
            input = input.unsqueeze(axis + 1).expand(*shape[:axis], -1, *shape[axis:]).flatten(axis, axis + 1)
        else:
            input = _spread(input, axis, window, n)
    return input


def _tiles(window: Window, inputs: int, size: int) -> bool:
    """Whether the windows stand side by side and cover the whole axis."""
    uncropped = window.before == 0 and window.after >= 0
    plain = uncropped and window.dilation == 1 and window.stride == window.kernel
    return plain and size == inputs * window.kernel


def _spread(input: Tensor, axis: int, window: Window, size: int) -> Tensor:
    """Add each element along one axis to the places that its window covers."""
    sources: list[list[int]] = [[] for _ in range(size)]
    for element in range(input.shape[axis]):
        for tap in window.taps_inside(size, element):
            sources[element * window.stride - window.before + tap * window.dilation].append(element)
    along = [-1 if i == axis else 1 for i in range(input.ndim)]
    parts = []
    for number in range(max(1, *map(len, sources))):
        known = torch.tensor([number < len(place) for place in sources], device=input.device).reshape(along)
        taken = [place[number] if number < len(place) else 0 for place in sources]
        part = input.index_select(axis, torch.tensor(taken, device=input.device))
        parts.append(torch.where(known, part, torch.zeros_like(part)))
    return sum(parts[1:], parts[0])
