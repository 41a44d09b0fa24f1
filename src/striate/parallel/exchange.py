"""What ranks must give each other so that each has the elements that its outputs read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from numpy.typing import NDArray
from torch import Tensor

from striate.arithmetic import Window, source_index

Places = NDArray[np.int64]
NOTHING = -1  # a place that no element stands at: padding
NONE = np.zeros(0, dtype=np.int64)  # no places


def shard(size: int, rank: int, ranks: int) -> range:
    """Return the positions that a rank has of an axis, as DTensor deals them out: the last may have fewer or none.

    >>> [len(shard(10, rank, 4)) for rank in range(4)]
    [3, 3, 3, 1]
    """
    length = -(-size // ranks)
    return range(min(rank * length, size), min((rank + 1) * length, size))


def places_read(size: int, outputs: range, window: Window, mode: str) -> Places:
    """Return the positions that a run of a window's outputs reads, in order, the border rule followed.

    Args:
        size: of the axis that is read.
        outputs: a run of the window's outputs.
        window: its padding in amounts.
        mode: the border rule; where it copies nothing the place is `NOTHING`.

    >>> places_read(6, range(0, 2), Window(kernel=3, stride=2, before=1), "reflect")
    array([1, 0, 1, 2, 3])
    """
    if not outputs:
        return NONE
    first = outputs.start * window.stride - window.before
    places = np.arange(first, first + (len(outputs) - 1) * window.stride + window.extent)
    for number in np.flatnonzero((places < 0) | (places >= size)).tolist():
        source = source_index(int(places[number]), size, mode)
        places[number] = NOTHING if source is None else source
    return places


@dataclass(frozen=True)
class Exchange:
    """Who sends what to whom, so that every rank gets a run of elements from an axis that is sharded.

    Args:
        runs: by rank, the positions along the axis that it gets, in the order in which they come to lie.
        size: of the axis.
        rank: this one.
        group: the ranks.
    """

    runs: Sequence[Places]
    size: int
    rank: int
    group: Any

    def gather(self, local: Tensor, dim: int, fill: float = 0.0) -> "Gathered":
        """Return this rank's run, made of what it has and of what others send; `fill` where there is nothing.

        Differentiable: what was copied is added up where it came from.
        """
        halo = self.fetch(local.detach(), dim)
        run: Tensor = _Gather.apply(local, halo, self, dim, fill)  # type: ignore[no-untyped-call]
        return Gathered(run, local.detach(), halo, self, dim, fill)

    def scatter(self, run: Tensor, dim: int) -> Tensor:
        """Return what all runs add up to at this rank's positions: the adjoint of `gather`. Differentiable."""
        scattered: Tensor = _Scatter.apply(run, self, dim)  # type: ignore[no-untyped-call]
        return scattered

    @property
    def own(self) -> range:
        """The positions that this rank has."""
        return shard(self.size, self.rank, len(self.runs))

    def slots(self, owner: int) -> NDArray[np.int64]:
        """Return where in this rank's run the elements of an owner lie."""
        return _of(self.runs[self.rank], shard(self.size, owner, len(self.runs)))

    def sent(self, to: int) -> Places:
        """Return which of this rank's elements another gets, counted from its first, in the other's order."""
        run = self.runs[to]
        return run[_of(run, self.own)] - self.own.start

    def fetch(self, local: Tensor, dim: int) -> Tensor:
        """Return what other ranks have of this one's run, the axis first, by owner."""
        sends = [_picked(local, dim, NONE if to == self.rank else self.sent(to)) for to in self._all]
        return self._swap(sends, [0 if owner == self.rank else len(self.slots(owner)) for owner in self._all])

    def join(self, local: Tensor, halo: Tensor, dim: int, fill: float) -> Tensor:
        """Return this rank's run from its own elements and those of others."""
        shape = list(local.shape)
        shape[dim] = len(self.runs[self.rank])
        run = local.new_full(shape, fill)
        slots = np.concatenate([NONE, *(self.slots(owner) for owner in self._all if owner != self.rank)])
        run.index_copy_(dim, _index(slots, run), halo.movedim(0, dim))
        mine, own = _picked(local, dim, self.sent(self.rank)).movedim(0, dim), self.slots(self.rank)
        if _are_in_a_row(own):
            run.narrow(dim, int(own[0]), len(own)).copy_(mine)
        else:
            run.index_copy_(dim, _index(own, run), mine)
        return run

    def add_up(self, run: Tensor, dim: int) -> Tensor:
        """Scatter without a gradient."""
        shape = list(run.shape)
        shape[dim] = len(self.own)
        local = run.new_zeros(shape)
        sends = [_picked(run, dim, NONE if to == self.rank else self.slots(to)) for to in self._all]
        counts = [0 if other == self.rank else len(self.sent(other)) for other in self._all]
        for other, part in zip(self._all, self._swap(sends, counts).split(counts), strict=True):
            places = self.sent(other)[: len(part)]
            local.index_add_(dim, _index(places, local), part.movedim(0, dim))
        mine = _picked(run, dim, self.slots(self.rank))
        return local.index_add_(dim, _index(self.sent(self.rank), local), mine.movedim(0, dim))

    @property
    def _all(self) -> range:
        return range(len(self.runs))

    def _swap(self, sends: Sequence[Tensor], counts: Sequence[int]) -> Tensor:
        """Send each rank its part, the axis first, and return what they send, so many elements each."""
        sent = torch.cat(list(sends)).contiguous()
        received = sent.new_empty((sum(counts), *sent.shape[1:]))
        dist.all_to_all_single(received, sent, list(counts), [len(part) for part in sends], group=self.group)
        return received


@dataclass(frozen=True)
class Gathered:
    """A run, and what it was made of.

    Args:
        run: what a window slides over.
        local: this rank's elements.
        halo: those of others, the axis first.
        exchange: that made it.
        dim: the dimension of the axis.
        fill: what stands where there is nothing.
    """

    run: Tensor
    local: Tensor
    halo: Tensor
    exchange: Exchange
    dim: int
    fill: float

    @contextmanager
    def kept_in_parts(self) -> Iterator[None]:
        """Let functions inside a `with` block that keep the run for their backward pass keep its parts instead.

        This rank's elements are kept already by what made them, a rectifier for one: with the run they would be twice.
        Hooks of the caller's see the parts, but nothing else that is kept inside.
        """
        anchor = torch.empty(0, requires_grad=True)
        node = _Parts.apply(anchor, self.local, self.halo).grad_fn  # type: ignore[no-untyped-call]

        def pack(tensor: Tensor) -> Any:  # noqa: ANN401
            is_run = tensor.data_ptr() == self.run.data_ptr() and tensor.shape == self.run.shape
            return node if is_run and tensor.numel() else tensor

        def unpack(kept: Any) -> Tensor:  # noqa: ANN401
            if isinstance(kept, Tensor):
                return kept
            local, halo = kept.saved_tensors
            return self.exchange.join(local, halo, self.dim, self.fill)

        with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
            yield


class _Parts(torch.autograd.Function):
    """Keeps the parts of a run as autograd keeps tensors: hooks of the caller's see them, changes in place are found.

    It is in nobody's backward pass.
    """

    @staticmethod
    def forward(ctx: Any, anchor: Tensor, local: Tensor, halo: Tensor) -> Tensor:  # noqa: ANN401
        ctx.save_for_backward(local, halo)
        return anchor.clone()


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, local: Tensor, halo: Tensor, exchange: Exchange, dim: int, fill: float) -> Tensor:  # noqa: ANN401
        ctx.exchange, ctx.dim = exchange, dim
        return exchange.join(local, halo, dim, fill)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None, None]:  # noqa: ANN401
        return ctx.exchange.add_up(gradient, ctx.dim), None, None, None, None


class _Scatter(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, run: Tensor, exchange: Exchange, dim: int) -> Tensor:  # noqa: ANN401
        ctx.exchange, ctx.dim = exchange, dim
        return exchange.add_up(run, dim)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:  # noqa: ANN401
        return ctx.exchange.join(gradient, ctx.exchange.fetch(gradient, ctx.dim), ctx.dim, 0.0), None, None


def _of(run: Places, positions: range) -> NDArray[np.int64]:
    return np.flatnonzero((run >= positions.start) & (run < positions.stop))


def _are_in_a_row(places: Places) -> bool:
    return len(places) > 0 and bool((np.diff(places) == 1).all())


def _picked(tensor: Tensor, dim: int, places: Places) -> Tensor:
    """Return elements of an axis, which comes first; without a copy where they are in a row."""
    if _are_in_a_row(places):
        return tensor.narrow(dim, int(places[0]), len(places)).movedim(dim, 0)
    return tensor.index_select(dim, _index(places, tensor)).movedim(dim, 0)


def _index(places: Places, like: Tensor) -> Tensor:
    return torch.as_tensor(places, device=like.device)
