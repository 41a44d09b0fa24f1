"""Maxima and sums over any windows, one axis after another, from torch's operators."""

from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor

# Along one axis: for each output the elements that its window reads, in rising order, at least one.
Reads = Sequence[Sequence[int]]


def max_by_axis(input: Tensor, reads: Sequence[Reads]) -> tuple[Tensor, Tensor]:
    """Return the maxima of (N, C, *S) over windows that are products of `reads`, and their flat spatial indices."""
    return max_over(input, [_columns(axis, 2 + i, input) for i, axis in enumerate(reads)])


def max_over(input: Tensor, columns: Sequence[Sequence[Tensor]]) -> tuple[Tensor, Tensor]:
    """Pool the last axis first, then the one before, carrying the flat index of each winner.

    The first maximum along each axis in turn is the first in row-major order, so ties fall as in torch, and so does
    torch's rule that the last NaN of a window wins.

    Args:
        input: (N, C, *S).
        columns: for each spatial axis and each tap the element that every output reads, a tensor that broadcasts to
            (N, C, *S) with the outputs along that axis.
    """
    values, size = input.detach(), input.shape[2:]
    indices = torch.arange(prod(size), device=input.device).reshape(size).expand(input.shape)
    for axis in reversed(range(2, input.ndim)):
        winners = _winners(values, axis, columns[axis - 2])
        values, indices = values.gather(axis, winners), indices.gather(axis, winners)
    return input.flatten(2).gather(2, indices.flatten(2)).reshape(indices.shape), indices


def sum_by_axis(input: Tensor, reads: Sequence[Reads]) -> Tensor:
    """Return the sums of (N, C, *S) over windows that are products of `reads`."""
    for axis, windows in enumerate(reads, 2):
        taps = [_take(input, axis, column) for column in _columns(windows, axis, input)]
        along = [-1 if i == axis else 1 for i in range(input.ndim)]
        for tap in range(1, len(taps)):  # a shorter window repeats its last element, which must not count again
            real = torch.tensor([tap < len(window) for window in windows], device=input.device).reshape(along)
            taps[tap] = torch.where(real, taps[tap], torch.zeros_like(taps[tap]))
        input = sum(taps[1:], taps[0])
    return input


def _winners(values: Tensor, axis: int, columns: Sequence[Tensor]) -> Tensor:
    """Return the position along `axis` of each window's maximum."""
    shape = [columns[0].shape[i] if i == axis else size for i, size in enumerate(values.shape)]
    winners, best = columns[0].expand(shape), _take(values, axis, columns[0])
    for column in columns[1:]:
        candidates = _take(values, axis, column)
        better = (candidates > best) | candidates.isnan()
        best = torch.where(better, candidates, best)
        winners = torch.where(better, column, winners)
    return winners


def _columns(windows: Reads, axis: int, like: Tensor) -> list[Tensor]:
    """Return the table of `windows` tap by tap; the last element of a shorter window is read again."""
    along = [-1 if i == axis else 1 for i in range(like.ndim)]
    taps = range(max(map(len, windows)))
    table = [[window[min(tap, len(window) - 1)] for window in windows] for tap in taps]
    return [torch.tensor(column, device=like.device).reshape(along) for column in table]


def _take(values: Tensor, axis: int, column: Tensor) -> Tensor:
    if column.numel() == column.shape[axis]:
        return values.index_select(axis, column.flatten())
    return values.gather(axis, column.expand([column.shape[i] if i == axis else n for i, n in enumerate(values.shape)]))
