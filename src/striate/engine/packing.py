"""Weights as kernels read them, packed once and kept while the weight stays what it was.

Kept weights live beside the tensors, never in a module, so that state dicts, copies and pickles know nothing of them. A
kept one is used while the tensor is the same object, with the same version counter, memory and strides, and with the
same bytes at up to 64 places spread over it. In-place operations move the counter; writes through `.data`, a NumPy view
or shared memory do not, and are seen by the sample only, so that one which leaves all those places alone is not seen.
Any in-place operation on the tensor itself, such as `weight.mul_(1)` under `torch.no_grad()`, has it packed anew.
"""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from striate.engine._load import isa_used, ops

# The least recently used go first; VGG-16's convolutions packed for Winograd are 0.2 GB.
MOST_BYTES = 512 * 2**20
SAMPLES = 64


@dataclass(eq=False)
class Packing:
    """A way to pack weights; made by `packing`, so that equal ones are one object.

    Args:
        direction: `"forward"` or `"backward_data"`.
        kernel: index in the direction's list.
        weight: shape.
        groups: channel groups.
        stride: an axis.
        dilation: an axis.
        isa: the instruction set, whose vectors the packed weight is laid out for.
        none: whether the kernel was seen to read weights as they lie.
    """

    direction: str
    kernel: int
    weight: tuple[int, ...]
    groups: int
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    isa: str
    none: bool = field(default=False)


@lru_cache(maxsize=4096)
def packing(
    direction: str,
    kernel: int,
    weight: tuple[int, ...],
    groups: int,
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
    dtype: str,  # noqa: ARG001, a weight of another type is packed another way
) -> Packing:
    """Return the one object that stands for this way to pack."""
    return Packing(direction, kernel, weight, groups, stride, dilation, isa_used())


class _Entry:
    """A packed weight, and what the weight was when it was packed."""

    __slots__ = ("bytes", "owner", "packed", "pointer", "sample", "strides", "version")

    def __init__(self, weight: Tensor, packed: Tensor, owner: "weakref.ref[Tensor]") -> None:
        self.owner, self.packed = owner, packed
        self.version, self.pointer, self.strides = weight._version, weight.data_ptr(), weight.stride()
        self.sample = _sample(weight)
        self.bytes = self.sample.tobytes()

    def is_of(self, weight: Tensor) -> bool:
        """Whether this weight was packed, and is unchanged as far as can be told in 0.6 us."""
        return (
            self.owner() is weight
            and weight._version == self.version
            and weight.data_ptr() == self.pointer
            and weight.stride() == self.strides
            and self.sample.tobytes() == self.bytes
        )


_entries: OrderedDict[tuple[int, Packing], _Entry] = OrderedDict()
_bytes = 0
_lock = threading.RLock()  # a weight may be collected, and its entries with it, while this thread holds the lock


def packed_weight(weight: Tensor, way: Packing, input: Sequence[int]) -> Tensor | None:
    """Return a weight packed, kept from an earlier call if it can be; None where there is nothing to keep.

    Args:
        weight: plain, dense, on the CPU.
        way: how.
        input: shape of an input, its padding included, that the kernel can take.
    """
    if way.none:
        return None
    key = (id(weight), way)
    with _lock:
        entry = _entries.get(key)
        if entry is not None and entry.is_of(weight):
            _entries.move_to_end(key)
            return entry.packed
    if weight.is_inference():  # it has no version counter
        return None
    with torch.inference_mode(False), torch.no_grad():
        packed: Tensor = ops().pack_weight.default(
            weight, input, way.stride, way.dilation, way.groups, way.direction, way.kernel
        )
    way.none = packed.numel() == 0
    if way.none:
        return None
    _keep(key, _Entry(weight, packed, weakref.ref(weight, lambda _: _drop(key))))
    return packed


def bytes_kept() -> int:
    """Return how many bytes of packed weights are kept, at most `MOST_BYTES`."""
    return _bytes


def _keep(key: tuple[int, Packing], entry: _Entry) -> None:
    global _bytes  # noqa: PLW0603, the sum over `_entries`
    with _lock:
        _drop(key)
        _entries[key] = entry
        _bytes += entry.packed.nbytes
        while _bytes > MOST_BYTES:
            _drop(next(iter(_entries)))


def _drop(key: tuple[int, Packing]) -> None:
    global _bytes  # noqa: PLW0603
    with _lock:
        entry = _entries.pop(key, None)
        if entry is not None:
            _bytes -= entry.packed.nbytes


def _sample(weight: Tensor) -> Any:  # noqa: ANN401, a NumPy array
    """Return a view of up to `SAMPLES` of the weight's elements, spread over its memory."""
    extent = 1 + sum((n - 1) * stride for n, stride in zip(weight.shape, weight.stride(), strict=True))
    step = max((extent - 1) // (SAMPLES - 1), 1) | 1  # odd, to meet different taps of most kernels
    count = min((extent - 1) // step + 1, SAMPLES)
    return weight.detach().as_strided((count,), (step,)).numpy()
