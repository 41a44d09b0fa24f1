"""The adjoint of a signal's extension: what stands outside is added where the border rule took it from."""

from collections.abc import Sequence
from math import prod

from torch import Tensor
from torch.nn import functional as F

from striate.engine.extension import ORDER, Amounts, sources


def fold_back(extended: Tensor, amounts: Amounts, modes: Sequence[str]) -> Tensor:
    """Apply the adjoint of `extend` with the same amounts and modes; zeros and constants take nothing back.

    The axes are undone in the reverse of the order in which `extend` goes through them.
    """
    first = extended.ndim - len(amounts)
    to_mean: list[Tensor] = []  # what the mean of space gets, and with it every element
    for mode, axis, amount in sorted(
        zip(modes, range(first, extended.ndim), amounts, strict=True), key=lambda item: ORDER.index(item[0])
    )[::-1]:
        if amount == (0, 0):
            continue
        if mode in {"zeros", "constant"}:
            extended = F.pad(extended, [0, 0] * (extended.ndim - 1 - axis) + [-amount[0], -amount[1]])
        elif mode == "mean":
            extended, outside = _parted(extended, axis, amount)
            to_mean += [part.sum(tuple(range(first, part.ndim)), keepdim=True) for part in outside]
        else:
            size = extended.shape[axis] - sum(amount)
            shape = [size if i == axis else n for i, n in enumerate(extended.shape)]
            places = sources(size, amount, mode, extended.device)
            extended = extended.new_zeros(shape).index_add(axis, places, extended)
    for sums in to_mean:
        extended = extended + sums / prod(extended.shape[first:])
    return extended


def overlap_add(parts: Sequence[Tensor], axis: int, stride: int, dilation: int, size: int) -> Tensor:
    """Add up parts along an axis of `size` elements: element `i` of part `t` goes to `i * stride + t * dilation`."""
    shape = [size if i == axis else n for i, n in enumerate(parts[0].shape)]
    span = (parts[0].shape[axis] - 1) * stride + 1
    every = (slice(None),) * axis + (slice(None, None, stride),)
    result = parts[0].new_zeros(shape)
    for tap, part in enumerate(parts):
        result.narrow(axis, tap * dilation, span)[every].add_(part)
    return result


def _parted(tensor: Tensor, axis: int, amount: tuple[int, int]) -> tuple[Tensor, list[Tensor]]:
    """Return what lies inside, zeros where the extension cropped, and the parts before and after it."""
    before, after = max(amount[0], 0), max(amount[1], 0)
    inside = tensor.narrow(axis, before, tensor.shape[axis] - before - after)
    cropped = [max(-amount[0], 0), max(-amount[1], 0)]
    inside = F.pad(inside, [0, 0] * (tensor.ndim - 1 - axis) + cropped)
    outside = [tensor.narrow(axis, 0, before), tensor.narrow(axis, tensor.shape[axis] - after, after)]
    return inside, outside
