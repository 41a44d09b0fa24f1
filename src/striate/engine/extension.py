"""The signal extended by its border rules, composed from torch's operators."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from striate.arithmetic import source_index

Amounts = tuple[tuple[int, int], ...]


def extend(input: Tensor, amounts: Amounts, modes: Sequence[str], value: float = 0.0) -> Tensor:
    """Extend the last `len(amounts)` axes by (before, after) elements each; negative amounts crop.

    A mode that copies elements sees the whole axis first and crops after, as torch's `reflect` does.
    """
    if not any(map(extends, amounts)):
        return input
    first = input.ndim - len(amounts)
    for axis, amount in enumerate(amounts, first):
        size = input.shape[axis]
        if known(amount) and min(amount) < 0 and (size + min(amount) < 0 or size + sum(amount) < 0):
            raise ValueError(f"padding {amount} crops more than the {size} elements of axis {axis}")
    moving = {mode for mode, amount in zip(modes, amounts, strict=True) if extends(amount)}
    if len(moving) == 1:
        mode = moving.pop()
        if mode in {"zeros", "constant"}:
            return F.pad(input, _torch_order(amounts), value=value if mode == "constant" else 0.0)
        if _torch_extends(input, amounts, mode):
            return F.pad(input, _torch_order(amounts), mode=mode)
    return _extend_by_axis(input, amounts, modes, value)


def known(amount: tuple[int, int]) -> bool:
    """Whether amounts are numbers; what a padding word makes of a symbolic size is none, and crops nothing."""
    return all(isinstance(side, int) for side in amount)


def extends(amount: tuple[int, int]) -> bool:
    """Whether there is something to add or to crop, or may be where that follows from a symbolic size."""
    return not known(amount) or amount != (0, 0)


# Where axes disagree about a corner, the value of the later one here stands; zeros last, as a convolution that pads
# with zeros itself would have it. Rules that copy elements agree with every other.
ORDER = ("mean", "reflect", "symmetric", "replicate", "circular", "constant", "zeros")


def _extend_by_axis(input: Tensor, amounts: Amounts, modes: Sequence[str], value: float) -> Tensor:
    """Extend one axis after another, each by its own rule."""
    first = input.ndim - len(amounts)
    mean = input.mean(tuple(range(first, input.ndim)), keepdim=True) if "mean" in modes else input
    for mode, axis, amount in sorted(
        zip(modes, range(first, input.ndim), amounts, strict=True), key=lambda item: ORDER.index(item[0])
    ):
        if not extends(amount):
            continue
        if mode == "mean":
            input = _extend_by_tensor(input, axis, amount, mean)
        elif mode in {"zeros", "constant"}:
            flat = [0, 0] * (input.ndim - 1 - axis) + list(amount)
            input = F.pad(input, flat, value=value if mode == "constant" else 0.0)
        else:
            input = input.index_select(axis, sources(input.shape[axis], amount, mode, input.device))
    return input


def _torch_order(amounts: Amounts) -> list[int]:
    return [amount for pair in reversed(amounts) for amount in pair]


def _torch_extends(input: Tensor, amounts: Amounts, mode: str) -> bool:
    """Whether torch's own `pad` computes this: 1 to 3 axes of (N, C, *S), one bounce or wrap, nothing cropped."""
    limits = {"reflect": -1, "circular": 0}
    if mode == "replicate":
        fits = True
    elif mode in limits:
        sizes = input.shape[-len(amounts) :]
        fits = all(max(pair) <= size + limits[mode] for pair, size in zip(amounts, sizes, strict=True))
    else:
        fits = False
    return (
        fits
        and len(amounts) <= 3
        and input.ndim in {len(amounts) + 1, len(amounts) + 2}
        and 0 not in input.shape
        and input.is_floating_point()
        and min(min(pair) for pair in amounts) >= 0
    )


def _extend_by_tensor(input: Tensor, axis: int, amount: tuple[int, int], value: Tensor) -> Tensor:
    """Put `value`, of size 1 in each extended axis, before and after the axis; crop where an amount is negative."""
    before, after = amount
    kept = input.narrow(axis, max(-before, 0), input.shape[axis] + min(before, 0) + min(after, 0))

    def filled(count: int) -> Tensor:
        return value.expand([count if i == axis else n for i, n in enumerate(input.shape)])

    parts = [filled(before)] if before > 0 else []
    parts.append(kept)
    if after > 0:
        parts.append(filled(after))
    return torch.cat(parts, axis)


def sources(size: int, amount: tuple[int, int], mode: str, device: torch.device) -> Tensor:
    """Return the element of an axis of `size` that stands at each place of the extended axis."""
    before, after = amount
    numbers = [source_index(i, size, mode) for i in range(-before, size + after)]
    return torch.tensor(numbers, dtype=torch.long, device=device)
