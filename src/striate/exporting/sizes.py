"""Which other inputs a model takes: so many samples, and of other sizes."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

# Tried in turn; most networks halve up to five times, and take any size that 32 divides if they take another at all
_GROWN = (32, 16, 8)


def free_axes(input: Tensor) -> tuple[int, ...]:
    """Return the axes of an input that hold no channels: those of space or time, or the words of a text.

    >>> free_axes(torch.zeros(2, 3, 28, 28)), free_axes(torch.zeros(2, 64)), free_axes(torch.zeros(2, 9).long())
    ((2, 3), (), (1,))
    """
    return tuple(range(2 if input.is_floating_point() else 1, input.ndim))


def drawn_like(input: Tensor, batch: int, size: Sequence[int], seed: int = 0) -> Tensor:
    """Draw an input of another size, from the range of one that is known; of numbers of words, from its words.

    Args:
        input: What the model takes, (N, C, *S), (N, C) or int64 (N, length).
        batch: Samples to draw.
        size: Along `free_axes(input)`.
        seed: Of the draw.

    >>> drawn_like(torch.zeros(2, 3, 28, 28), 1, (32, 40)).shape
    torch.Size([1, 3, 32, 40])
    """
    generator = torch.Generator().manual_seed(seed)
    shape = (batch, *input.shape[1 : input.ndim - len(size)], *size)
    if input.is_floating_point():
        low, high = input.aminmax()
        return low.cpu() + (high - low).cpu() * torch.rand(shape, generator=generator, dtype=input.dtype)
    words = input.flatten().cpu()
    return words[torch.randint(len(words), shape, generator=generator)]


def other_size(model: nn.Module, input: Tensor) -> tuple[int, ...] | None:
    """Return a size besides its own that a model takes inputs of; None where it seems to take no other.

    Args:
        model: In evaluation mode.
        input: What it is known to take.

    >>> other_size(nn.Conv2d(1, 4, 3), torch.zeros(2, 1, 8, 8))
    (40, 40)
    >>> other_size(nn.Sequential(nn.Flatten(), nn.Linear(64, 4)), torch.zeros(2, 1, 8, 8)) is None
    True
    """
    own = tuple(input.shape[axis] for axis in free_axes(input))
    if 1 in own:  # torch.export takes a size of 1 for one that stays
        return None
    for grown in _GROWN if own else ():
        size = tuple(side + grown for side in own)
        try:
            with torch.no_grad():
                model(drawn_like(input, 1, size).to(input.device))
        except (RuntimeError, ValueError, IndexError):  # what models and torch raise for a size that does not fit
            continue
        return size
    return None
