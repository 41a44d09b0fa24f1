"""Order and randomness as functions of counters, so that a resumed run draws what the uninterrupted one drew."""

import operator
from collections.abc import Iterator

import torch
from torch import Tensor

from .images import Images

_WORD = 2**64 - 1


def stream(seed: int, *counters: int) -> torch.Generator:
    """A generator that depends on a seed and counters only.

    Seed and counters go one after another through the finaliser of splitmix64 (Steele, Lea and Flood, "Fast splittable
    pseudorandom number generators", OOPSLA 2014), so (0, 1), (1, 0) and (0, 1, 0) are unrelated. Torch's CPU generator
    keeps the low 32 bits of the result: any two streams coincide with probability 2**-32.

    Args:
        seed: Any integer; its low 64 bits count.
        counters: Any integers, such as epoch and step.

    Returns:
        A fresh CPU generator.

    Example:
        >>> import torch
        >>> torch.equal(torch.rand(3, generator=stream(7, 2, 5)), torch.rand(3, generator=stream(7, 2, 5)))
        True
    """
    state = 0
    for word in (seed, *counters):
        state = _splitmix64(state ^ operator.index(word) & _WORD)
    return torch.Generator().manual_seed(state)


def _splitmix64(state: int) -> int:
    state = state + 0x9E3779B97F4A7C15 & _WORD
    state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & _WORD
    state = (state ^ state >> 27) * 0x94D049BB133111EB & _WORD
    return state ^ state >> 31


def permutation(n: int, *, seed: int, epoch: int) -> Tensor:
    """The order of `n` samples in an epoch, whatever was drawn before.

    Args:
        n: Number of samples.
        seed: The run's seed.
        epoch: The epoch, from 0.

    Returns:
        int64 (n,), each of 0 to n - 1 once.

    Raises:
        ValueError: `n` is negative.

    Example:
        >>> permutation(5, seed=0, epoch=3).sort().values
        tensor([0, 1, 2, 3, 4])
    """
    if n < 0:
        raise ValueError(f"n: came as {n}, expected at least 0")
    return torch.randperm(n, generator=stream(seed, epoch))


def subset(images: Images, n: int, *, seed: int) -> Images:
    """The first `n` images of a set in a random order: the same `n` for the same seed, and fewer are some of them.

    Args:
        images: The set.
        n: How many, from 1 to all; with all of them the set itself is returned, in its own order.
        seed: Of the order.

    Raises:
        ValueError: `n` is out of its range.

    Example:
        >>> import torch
        >>> ten = Images(torch.zeros(10, 1, 28, 28, dtype=torch.uint8), torch.arange(10))
        >>> three, five = subset(ten, 3, seed=0), subset(ten, 5, seed=0)
        >>> len(three), torch.equal(three.labels, five.labels[:3])
        (3, True)
    """
    if not 1 <= n <= len(images):
        raise ValueError(f"n: came as {n}, expected 1 to {len(images)}, the images of the set")
    if n == len(images):
        return images
    chosen = permutation(len(images), seed=seed, epoch=0)[:n]
    return Images(images.images[chosen], images.labels[chosen])


def batch_indices(n: int, batch_size: int, *, seed: int, epoch: int, start: int = 0) -> Iterator[tuple[int, Tensor]]:
    """Walk over `n` samples once in the order of `permutation`, batch by batch; a short last batch is kept.

    Args:
        n: Number of samples.
        batch_size: Samples a batch, at least 1.
        seed: The run's seed.
        epoch: The epoch, from 0.
        start: The step to begin at; the steps before it cost nothing.

    Returns:
        An iterator of (step, int64 indices of (B,)).

    Raises:
        ValueError: `batch_size` is below 1, or `start` lies outside the epoch.

    Example:
        >>> [(step, len(indices)) for step, indices in batch_indices(10, 4, seed=0, epoch=0, start=1)]
        [(1, 4), (2, 2)]
    """
    if batch_size < 1:
        raise ValueError(f"batch_size: came as {batch_size}, expected at least 1")
    steps = -(-n // batch_size)
    if not 0 <= start <= steps:
        raise ValueError(f"start: came as {start}, expected 0 to {steps}, the steps of {n} samples")
    order = permutation(n, seed=seed, epoch=epoch)
    return ((step, order[step * batch_size :][:batch_size]) for step in range(start, steps))


def batches(
    images: Images, batch_size: int, *, seed: int, epoch: int, start: int = 0
) -> Iterator[tuple[int, Tensor, Tensor]]:
    """Walk a set once in the order of `permutation`, batch by batch; a short last batch is kept.

    Args:
        images: The set; only the batch at hand is converted to float.
        batch_size: Images a batch, at least 1.
        seed: The run's seed.
        epoch: The epoch, from 0.
        start: The step to begin at; the steps before it cost nothing.

    Returns:
        An iterator of (step, float32 images in [0, 1] of (B, C, H, W), int64 labels of (B,)).

    Raises:
        ValueError: `batch_size` is below 1, or `start` lies outside the epoch.

    Example:
        >>> import torch
        >>> ten = Images(torch.zeros(10, 1, 28, 28, dtype=torch.uint8), torch.arange(10))
        >>> [(step, tuple(x.shape)) for step, x, y in batches(ten, 4, seed=0, epoch=0, start=1)]
        [(1, (4, 1, 28, 28)), (2, (2, 1, 28, 28))]
    """
    walk = batch_indices(len(images), batch_size, seed=seed, epoch=epoch, start=start)
    return ((step, images.images[index].float().div_(255), images.labels[index]) for step, index in walk)
