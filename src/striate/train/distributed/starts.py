"""Which start of the processes this is: torchrun may start them anew, and what the dead have left is still there."""

import time
from datetime import timedelta
from uuid import uuid4

from torch.distributed.constants import default_pg_timeout
from torch.distributed.distributed_c10d import Store

_POLL_SECONDS = 0.01


def number_of_start(store: Store, rank: int, count: int, *, patience: timedelta = default_pg_timeout) -> int:
    """Return how often the processes were started before, the same for all that are started together.

    torchrun's store outlives the processes, and its own count of restarts is one of each machine, which may differ. So
    the leader counts. Every other process asks it with a word that was never used before, and confirms the answer;
    whoever died has asked too, but does not confirm.

    Args:
        store: That all have in common.
        rank: Of this process.
        count: Of all.
        patience: Of the leader with the others.

    Raises:
        TimeoutError: Some did not come in time.

    >>> from torch.distributed import HashStore
    >>> store = HashStore()
    >>> number_of_start(store, 0, 1), number_of_start(store, 0, 1)
    (0, 1)
    """
    if rank == 0:
        number = store.add("starts", 1) - 1
        _answer(store, number, count, patience.total_seconds())
        return number
    word = uuid4().hex
    store.set(f"asked/{rank}", word)
    number = int(store.get(f"answered/{word}"))  # waits for it
    store.set(f"confirmed/{number}/{rank}", "")
    return number


def _answer(store: Store, number: int, count: int, patience: float) -> None:
    waiting, answered = set(range(1, count)), set[str]()
    begun = time.monotonic()
    while waiting:
        for rank in sorted(waiting):
            if store.check([f"confirmed/{number}/{rank}"]):
                waiting.remove(rank)
            elif store.check([f"asked/{rank}"]):
                word = store.get(f"asked/{rank}").decode()
                if word not in answered:
                    store.set(f"answered/{word}", str(number))
                    answered.add(word)
        if waiting and time.monotonic() - begun > patience:
            missing = ", ".join(map(str, sorted(waiting)))
            raise TimeoutError(f"of {count} processes, those of rank {missing} did not come within {patience:.0f} s")
        time.sleep(_POLL_SECONDS)
