"""The processes of a training: who they are, and what they tell each other."""

import atexit
import os
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import distributed
from torch.distributed.rendezvous import rendezvous

_T = TypeVar("_T")


@dataclass(frozen=True)
class Processes:
    """The processes that train a model together, as one of them sees them.

    Args:
        rank: Of this one, from 0; the first writes the run folder and tells of the progress.
        count: Of all.
        restarts: How often torchrun has started them anew.
        grouped: Whether there is a process group, which one process alone may have too.

    >>> Processes().share(5), Processes(rank=1, count=2).share(5), Processes(rank=1, count=2).share(1)
    (slice(0, 5, None), slice(3, 5, None), slice(0, 1, None))
    """

    rank: int = 0
    count: int = 1
    restarts: int = 0
    grouped: bool = False

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

    def wait(self) -> None:
        """Wait until all processes are here."""
        if self.count > 1:
            distributed.barrier()


def launched() -> bool:
    """Whether torchrun, or something else that sets its variables, started this process."""
    return {"RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"} <= os.environ.keys()


def leads() -> bool:
    """Whether this process is the only one, or the first of those that torchrun started."""
    return not launched() or os.environ["RANK"] == "0"


def joined() -> Processes:
    """Join the other processes: where torchrun started us and there is no group yet, one is made, for good.

    CPU tensors go by gloo, those of GPUs by NCCL, and each process takes the GPU of its local rank. A second group in
    the same process would find the addresses of the first in the store, and wait for ever.
    """
    if not launched() and not distributed.is_initialized():
        return Processes()
    restarts = int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))
    if not distributed.is_initialized():
        gpus = torch.cuda.is_available()
        if gpus:
            torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
        store, rank, count = next(rendezvous("env://"))
        # torchrun's store outlives the processes: those it starts anew are not to find the addresses of the dead
        store = distributed.PrefixStore(f"striate-{restarts}", store)
        backend = "cpu:gloo,cuda:nccl" if gpus else "gloo"
        distributed.init_process_group(backend, store=store, rank=rank, world_size=count)
        atexit.register(distributed.destroy_process_group)
    return Processes(
        rank=distributed.get_rank(),
        count=distributed.get_world_size(),
        restarts=restarts,
        grouped=True,
    )
