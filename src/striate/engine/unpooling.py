"""Unpooling: the elements of a pooling's output put back where its windows stood."""

from math import prod

import torch
from torch import Tensor

from striate.arithmetic import Geometry, Window
from striate.engine import pooling_kernel
from striate.engine.cache import remembered
from striate.engine.guard import is_traced, why_not
from striate.engine.indices import check_indices
from striate.engine.pooling import pooling_plan
from striate.engine.pooling_kernel import PoolingCall


def max_unpool(input: Tensor, indices: Tensor, size: tuple[int, ...]) -> Tensor:
    """Put (N, C, *T) at flat indices of (N, C, *size); of several at one place the last in row-major order stands.

    What does not stand takes no gradient. Torch's operator keeps to the first rule on the CPU, and to the second where
    no index repeats.
    """
    values, places = input.flatten(2), indices.flatten(2)
    count = prod(size)
    check_indices(places, count, "indices")
    if _torch_puts(values, places, count):
        put: Tensor = torch._C._nn.max_unpool2d(values.unsqueeze(2), places.unsqueeze(2), (1, count))
        return put.reshape(*values.shape[:2], *size)
    numbers = torch.arange(values.shape[2], device=input.device).expand(values.shape)
    nothing = values.new_zeros(*values.shape[:2], count)
    owners = torch.zeros_like(nothing, dtype=torch.int64).scatter_reduce(2, places, numbers, "amax")
    stands = owners.gather(2, places) == numbers
    standing = torch.where(stands, values, torch.zeros_like(values))
    return nothing.scatter_add(2, places, standing).reshape(*values.shape[:2], *size)


def _torch_puts(values: Tensor, places: Tensor, count: int) -> bool:
    """Whether torch's unpooling, 20 times faster than scatters with owners, has the gradient that is asked for."""
    if is_traced() or not values.is_floating_point() or values.numel() == 0 or why_not(values, values) is not None:
        return False
    if not (values.requires_grad and torch.is_grad_enabled()):
        return True
    marks = torch.zeros(*values.shape[:2], count, dtype=torch.bool).scatter_(2, places, True)
    return int(marks.count_nonzero()) == places.numel()


def sum_unpool(input: Tensor, geometry: Geometry, size: tuple[int, ...], divisor: int = 1) -> Tensor:
    """Add each element of (N, C, *T), over `divisor`, to every place of (N, C, *size) that its window covers."""
    if not is_traced() and pooling_kernel.spreads(input):
        call = _call(geometry, size, tuple(input.shape[2:]), divisor)
        if call is not None:
            return pooling_kernel.sum_unpool(input, size, call)
    if divisor != 1:
        input = input / divisor
    for axis, (window, n) in enumerate(zip(geometry.windows(size), size, strict=True), 2):
        if _tiles(window, input.shape[axis], n):
            shape = [window.kernel if i == axis else -1 for i in range(input.ndim)]
            input = input.unsqueeze(axis + 1).expand(*shape[:axis], -1, *shape[axis:]).flatten(axis, axis + 1)
        else:
            input = _spread(input, axis, window, n)
    return input


@remembered
def _call(geometry: Geometry, size: tuple[int, ...], inputs: tuple[int, ...], divisor: int) -> PoolingCall | None:
    """How our kernels send back what a pooling of `size` made, or None if no pooling of it makes `inputs`."""
    for ceil_mode in (False, True):
        try:
            plan = pooling_plan(geometry, size, ceil_mode)
        except ValueError:  # the window does not fit into so small an output
            return None
        if plan.output_size == inputs:
            return plan.call((True, divisor), False)
    return None


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
