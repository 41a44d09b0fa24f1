"""What the bits of a result depend on besides its inputs: random generators and the number of threads."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


def seed_generators(seed: int, device: torch.device) -> None:
    """Seed what a model on a device draws from; torch.manual_seed takes 0.1 ms more, for the GPUs that are not used."""
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        torch.cuda.manual_seed(seed)


@contextmanager
def kept_generators(device: torch.device) -> Iterator[None]:
    """Leave the random numbers of whoever called us as they were."""
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        yield


@contextmanager
def thread_count(count: int) -> Iterator[None]:
    """Let torch compute with a number of threads while the context lasts."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
