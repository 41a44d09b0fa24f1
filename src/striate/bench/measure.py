"""Timing: all contenders take turns in one run, so that whatever the machine does meets all of them."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

import torch

from striate.bench.contender import Contender
from striate.engine.processor import available_cores

# Long enough for the waiting threads of another library's pool to stop spinning and leave the cores
PAUSE = 0.003

# Some peers take 100 times as long as the best for some problems; nobody needs their time to a percent
FAR_BEHIND = 10


@dataclass(frozen=True)
class Timing:
    """Seconds a call.

    Args:
        best: of the fastest call; what is compared.
        median: of all calls.
        calls: how many there were.
    """

    best: float
    median: float
    calls: int


def race(contenders: Sequence[Contender], *, rounds: int, turn: float) -> dict[str, Timing]:
    """Time contenders by name, each of which has run before; who is far behind after two rounds sits out the others.

    Args:
        contenders: who takes part.
        rounds: turns that each takes; who begins changes from round to round.
        turn: seconds that a turn lasts; one call at least is made.
    """
    times: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for number in range(rounds):
        first = number % len(contenders)
        for contender in (*contenders[first:], *contenders[:first]):
            if number >= 2 and min(times[contender.name]) > FAR_BEHIND * min(map(min, times.values())):
                continue
            time.sleep(PAUSE)
            times[contender.name] += _turn(contender, turn)
    return {name: Timing(min(taken), median(taken), len(taken)) for name, taken in times.items()}


def _turn(contender: Contender, seconds: float) -> list[float]:
    taken: list[float] = []
    while not taken or sum(taken) < seconds:
        start = time.perf_counter()
        contender.run()
        taken.append(time.perf_counter() - start)
    return taken


@contextmanager
def limited_to(threads: int) -> Iterator[None]:
    """Give torch this many threads, and the process as many cores, which the pools of the peers go by.

    Raises:
        ValueError: more threads than this process has cores.
    """
    cores = available_cores()
    if not 1 <= threads <= cores:
        raise ValueError(f"threads must be from 1 to the {cores} core(s) of this process, but got {threads}")
    before = torch.get_num_threads()
    affinity = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    torch.set_num_threads(threads)
    if affinity is not None:
        os.sched_setaffinity(0, sorted(affinity)[:threads])
    try:
        yield
    finally:
        torch.set_num_threads(before)
        if affinity is not None:
            os.sched_setaffinity(0, affinity)
