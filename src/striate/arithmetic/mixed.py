"""Windows of several dilations over one signal: which outputs use which, and the padding that aligns them."""

from collections.abc import Sequence
from dataclasses import dataclass

from striate.arithmetic.arguments import integer


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring output channels that one grouped convolution computes.

    Args:
        block: number of the block that they belong to.
        start: the first of them.
        stop: the one after the last.
        first_group: the group of the first.
        groups: how many groups they belong to; more than one only where they fill each.
    """

    block: int
    start: int
    stop: int
    first_group: int
    groups: int


def even_blocks(total: int, parts: int) -> tuple[range, ...]:
    """Divide `total` into neighbouring blocks whose sizes differ by one at most, the larger ones first.

    Raises:
        ValueError: more parts than there are elements.

    >>> even_blocks(8, 3)
    (range(0, 3), range(3, 6), range(6, 8))
    """
    if not 1 <= integer(parts, "parts") <= total:
        raise ValueError(f"parts must be from 1 to {total}, but got {parts}")
    size, longer = total // parts, total % parts  # a compiler knows no divmod of its symbols
    starts = [i * size + min(i, longer) for i in range(parts + 1)]
    return tuple(range(starts[i], starts[i + 1]) for i in range(parts))


def channel_runs(out_channels: int, groups: int, parts: int) -> tuple[Run, ...]:
    """Cut the outputs of a grouped convolution into the runs that `even_blocks` and the groups' borders make.

    >>> [(run.block, run.start, run.stop, run.first_group, run.groups) for run in channel_runs(8, 4, 2)]
    [(0, 0, 4, 0, 2), (1, 4, 8, 2, 2)]
    """
    size = out_channels // groups
    runs = []
    for number, block in enumerate(even_blocks(out_channels, parts)):
        start = block.start
        while start < block.stop:
            group = start // size
            whole = (block.stop - start) // size if start % size == 0 else 0  # groups that the block fills
            stop = start + whole * size if whole else min(block.stop, (group + 1) * size)
            runs.append(Run(number, start, stop, group, max(whole, 1)))
            start = stop
    return tuple(runs)


def aligned_amounts(
    amounts: tuple[int, int], kernel: int, widest: int, dilation: int, word: str | None = None
) -> tuple[int, int]:
    """Return the padding that gives a window of smaller dilation as many outputs as the widest, at the same places.

    Centres meet, the odd element of a difference as `padding_amounts` has it; under `"causal"` the last taps meet.

    Args:
        amounts: elements (before, after) for the widest window; negative ones crop, here too.
        kernel: taps of all windows.
        widest: the largest dilation.
        dilation: this window's.
        word: the padding word that the amounts come from, or None.

    >>> aligned_amounts((4, 4), kernel=3, widest=4, dilation=1)
    (1, 1)
    """
    reach, shorter = widest * (kernel - 1), dilation * (kernel - 1)
    smaller, larger = reach // 2 - shorter // 2, (reach + 1) // 2 - (shorter + 1) // 2
    before, after = {"causal": (reach - shorter, 0), "same_lower": (larger, smaller)}.get(word or "", (smaller, larger))
    return amounts[0] - before, amounts[1] - after


def widest_dilation(dilations: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Return the largest dilation of each axis.

    >>> widest_dilation([(1, 1), (2, 4), (3, 3)])
    (3, 4)
    """
    return tuple(max(axis) for axis in zip(*dilations, strict=True))
