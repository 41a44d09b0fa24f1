"""The processes of a training: who they are, and what they tell each other."""

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar

import torch
from torch import distributed
from torch.distributed.distributed_c10d import PrefixStore, Store
from torch.distributed.rendezvous import rendezvous

from striate.train.distributed.starts import number_of_start

_T = TypeVar("_T")


class LostProcessError(RuntimeError):
    """Another process of the training has ended, or is out of reach."""


@dataclass(frozen=True)
class Processes:
    """The processes that train a model together, as one of them sees them.

    Args:
        rank: Of this one, from 0; the first writes the run folder and tells of the progress.
        count: Of all.
        grouped: Whether there is a process group, which one process alone may have too.
        store: Where notes are kept for those that torchrun may start anew; None where there is none.

    >>> Processes().share(5), Processes(rank=1, count=2).share(5), Processes(rank=1, count=2).share(1)
    (slice(0, 5, None), slice(3, 5, None), slice(0, 1, None))
    """

    rank: int = 0
    count: int = 1
    grouped: bool = False
    store: Store | None = field(default=None, repr=False)

    @property
    def leader(self) -> bool:
        """Whether this is the first."""
        return self.rank == 0

    def share(self, samples: int) -> slice:
        """Return this process's part of a batch; all of one that has fewer samples than there are processes."""
        if samples < self.count:
            return slice(0, samples)
        each, more = divmod(samples, self.count)
        start = self.rank * each + min(self.rank, more)
        return slice(start, start + each + (self.rank < more))

    def sums(self, *values: float) -> list[float]:
        """Return the sums of values over all processes, each of which must ask."""
        if self.count == 1:
            return list(values)
        summed = torch.tensor(values, dtype=torch.float64)
        distributed.all_reduce(summed)
        return summed.tolist()

    def any(self, *flags: bool) -> list[bool]:
        """Return which flags any of the processes has raised."""
        return [value > 0 for value in self.sums(*map(float, flags))]

    def agreed(self, value: _T) -> _T:
        """Return the leader's value."""
        if self.count == 1:
            return value
        box = [value]
        distributed.broadcast_object_list(box, src=0)
        return box[0]

    def first(self, text: str) -> str:
        """Return the first text that is not empty, in the order of the processes; "" where there is none."""
        if self.count == 1:
            return text
        texts = [""] * self.count
        distributed.all_gather_object(texts, text)
        return next((one for one in texts if one), "")

    def note(self, key: str, value: str) -> None:
        """Note something for these processes and for those that torchrun may start in their place."""
        if self.store is not None and self.leader:
            self.store.set(f"noted/{key}", value)

    def noted(self, key: str) -> str | None:
        """Return what was noted, the same on all processes; None where nothing was."""
        found = None
        if self.store is not None and self.leader and self.store.check([f"noted/{key}"]):
            found = self.store.get(f"noted/{key}").decode()
        return self.agreed(found)

    def wait(self) -> None:
        """Wait until all processes are here."""
        if self.count > 1:
            distributed.barrier()

    @contextmanager
    def needing_all(self) -> Iterator[None]:
        """Turn what gloo or NCCL says where another process has ended into a `LostProcessError`."""
        try:
            yield
        except RuntimeError as error:
            if self.count > 1 and (isinstance(error, distributed.DistError) or "gloo" in str(error)):
                raise LostProcessError(
                    f"another of the {self.count} processes has ended, or is out of reach, and the training cannot go "
                    "on without it"
                ) from error
            raise


def launched() -> bool:
    """Whether torchrun, or something else that sets its variables, started this process."""
    return {"RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"} <= os.environ.keys()


def joined() -> Processes:
    """Join the other processes, where torchrun started us, or a process group is there already.

    CPU tensors go by gloo, those of GPUs by NCCL, and each process takes the GPU of its local rank.
    """
    if not launched() and not distributed.is_initialized():
        return Processes()
    store = _group()
    return Processes(distributed.get_rank(), distributed.get_world_size(), grouped=True, store=store)


@cache
def _group() -> Store | None:
    """Make the process group, for good, and return torchrun's store; None where somebody else has made a group.

    A second group in the same process would find the addresses of the first in the store, and wait for ever.
    """
    if distributed.is_initialized():
        return None
    gpus = torch.cuda.is_available()
    if gpus:
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    store, rank, count = next(rendezvous("env://"))
    ours = PrefixStore("striate", store)
    # those that torchrun starts anew are not to find the addresses of the dead
    fresh = PrefixStore(f"start-{number_of_start(ours, rank, count)}", ours)
    distributed.init_process_group("cpu:gloo,cuda:nccl" if gpus else "gloo", store=fresh, rank=rank, world_size=count)
    atexit.register(distributed.destroy_process_group)
    return ours
