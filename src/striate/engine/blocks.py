"""The visible blocks of masked signals: gathered, each with its surroundings, into a batch of small signals, and back.

Both sides are channels-last in memory, so that a row of a block is one run: a copy of visible rows is all there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor

from striate.engine._load import has_kernels, ops
from striate.engine.guard import why_not
from striate.engine.selection import forced_kernel


@dataclass(frozen=True)
class Blocks:
    """The visible cells of a mask.

    Args:
        mask: (N, *cells), bool.
        places: sample and cell of each visible one, an axis.
    """

    mask: Tensor
    places: tuple[Tensor, ...]

    @classmethod
    def of(cls, mask: Tensor) -> "Blocks":
        """Find the visible cells of (N, *cells)."""
        mask = mask.contiguous()
        return cls(mask, mask.nonzero(as_tuple=True))

    @property
    def count(self) -> int:
        """Visible cells."""
        return len(self.places[0])

    def gather(self, signal: Tensor, before: Sequence[int], extent: Sequence[int]) -> Tensor:
        """Return (V, C, *extent) of (N, C, *S): of each visible block what begins `before` its first element.

        What is masked or outside is 0.
        """
        if may_run(signal):
            parts: Tensor = ops().gather_blocks.default(signal, self.mask, before, extent)
            return parts.movedim(-1, 1)
        size, channels = signal.shape[2:], signal.shape[1]
        flat = signal.movedim(1, -1).contiguous().view(-1, channels)
        block = [n // cells for n, cells in zip(size, self.mask.shape[1:], strict=True)]
        rows, length = self._rows(size, block, [-n for n in before], extent[:-1]), extent[-1]
        if len(flat) < length:
            flat = torch.nn.functional.pad(flat, (0, 0, 0, length - len(flat)))
        runs = flat.as_strided((len(flat) - length + 1, length * channels), (channels, 1))
        parts = runs.index_select(0, rows.clamp(0, len(flat) - length)).view(len(rows), length, channels)
        if tuple(extent) != tuple(block) or any(before):
            self._complete(parts, flat, rows)
            parts.view(self.count, *extent, channels).mul_(self._around(size, before, extent, signal.dtype))
        return parts.view(self.count, *extent, channels).movedim(-1, 1)

    def _complete(self, parts: Tensor, flat: Tensor, rows: Tensor) -> None:
        """Copy what is there of rows that begin before the signal or end after it; `parts` has their neighbours."""
        length, whole = parts.shape[1], len(flat)
        for number in ((rows < 0) & (rows > -length) | (rows > whole - length) & (rows < whole)).nonzero().flatten():
            start = int(rows[number])
            first, last = max(start, 0), min(start + length, whole)
            parts[number, first - start : last - start] = flat[first:last]

    def _around(self, size: Sequence[int], before: Sequence[int], extent: Sequence[int], dtype: torch.dtype) -> Tensor:
        """What is visible of and around each visible block, (V, *extent, 1), 1 or 0; a map of one channel is small."""
        axes = tuple(zip(size, before, extent, self.mask.shape[1:], strict=True))
        origin = [max(n, 0) for n in before]
        room = [max(n - n // cells - b + e, n) for n, b, e, cells in axes]  # to where the last block's part ends
        padded = [o + n for o, n in zip(origin, room, strict=True)]
        visible = self.mask.new_zeros((self.mask.shape[0], *padded))
        inside = (slice(None), *(slice(o, o + n) for o, n in zip(origin, size, strict=True)))
        visible[inside] = spread(self.mask, size)
        starts = [o - b for o, b in zip(origin, before, strict=True)]
        rows = self._rows(padded, [n // cells for n, _, _, cells in axes], starts, extent[:-1])
        runs = visible.view(-1).as_strided((visible.numel() - extent[-1] + 1, extent[-1]), (1, 1))
        return runs.index_select(0, rows).view(self.count, *extent, 1).to(dtype)

    def scatter(self, parts: Tensor, size: Sequence[int], contiguous: bool) -> Tensor:
        """Return (N, C, *size), contiguous or channels-last: `parts` (V, C, *block) where visible and 0 elsewhere."""
        if may_run(parts):
            whole: Tensor = ops().scatter_blocks.default(
                parts.movedim(1, -1).contiguous(), self.mask, size, not contiguous
            )
            return whole
        channels, *block = parts.shape[1:]
        result = parts.new_zeros(self.mask.shape[0], *size, channels)
        if parts.numel():
            rows = self._rows((*size[:-1], self.mask.shape[-1]), (*block[:-1], 1), (0,) * len(block), block[:-1])
            width = block[-1] * channels
            result.view(-1, width).index_copy_(0, rows, parts.movedim(1, -1).reshape(len(rows), width))
        return result.movedim(-1, 1).contiguous() if contiguous else result.movedim(-1, 1)

    def _rows(self, size: Sequence[int], block: Sequence[int], starts: Sequence[int], lines: Sequence[int]) -> Tensor:
        """Number the element of a signal of `size` where each row of each visible block begins.

        A block has `lines` rows, counted along every axis but the last, and begins `starts` after its cell.
        """
        sample, *cells = self.places
        first = sample
        for n, b, start, cell in zip(size, block, starts, cells, strict=True):
            first = first * n + cell * b + start
        for axis, count in enumerate(lines):
            first = first.unsqueeze(-1) + torch.arange(count, device=first.device) * prod(size[axis + 1 :])
        return first.flatten()


def may_run(*tensors: Tensor) -> bool:
    """Whether kernels of ours may touch these tensors, the first of them (N, C, *S); the call must not be traced."""
    first = tensors[0]
    if first.dtype not in {torch.float32, torch.float64} or any(tensor.dtype is not first.dtype for tensor in tensors):
        return False
    if any(why_not(tensor, tensor) is not None for tensor in tensors):
        return False
    return 3 <= first.ndim <= 5 and 0 not in first.shape and forced_kernel() != "torch" and has_kernels()


def spread(mask: Tensor, size: Sequence[int]) -> Tensor:
    """Return (N, *size) of a mask (N, *cells): each element has its cell's value."""
    for axis, n in enumerate(size, 1):
        if n != mask.shape[axis]:  # not `repeat_interleave`, of which torch.onnx (2.13) makes a wrong shape
            before, after = mask.shape[: axis + 1], mask.shape[axis + 1 :]
            mask = mask.unsqueeze(axis + 1).expand(*before, n // before[-1], *after).flatten(axis, axis + 1)
    return mask


def coarsest(mask: Tensor) -> Tensor:
    """Return the mask (N, *cells) that says the same with cells as large as possible, by powers of 2."""
    while not any(n % 2 for n in mask.shape[1:]):
        half = mask[(slice(None), *(slice(None, None, 2) for _ in mask.shape[1:]))]
        if not torch.equal(spread(half, mask.shape[1:]), mask):
            break
        mask = half
    return mask
