"""Where the values of a network are drawn: columns by depth, and lanes side by side where it branches."""

from collections.abc import Sequence


def columns(producers: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Return the column of each value: one after the last of those that it is made of.

    Args:
        producers: For each value, in the order of computation, the values that it is made of; none for an input.

    >>> columns([(), (0,), (1,), (2, 0)])
    (0, 1, 2, 3)
    """
    found: list[int] = []
    for made_of in producers:
        found.append(1 + max((found[index] for index in made_of), default=-1))
    return tuple(found)


def lanes(producers: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Return the lane of each value: that of the value it is made of, or, if that is taken, the next free one.

    A lane is taken up to the last column in which a value of it stands; a value that is made of several goes to the
    first of their lanes.

    Args:
        producers: As for `columns`.

    >>> lanes([(), (0,), (0,), (1, 2)])  # two branches and their sum
    (0, 0, 1, 0)
    """
    column = columns(producers)
    found: list[int] = []
    taken: set[tuple[int, int]] = set()
    for index, made_of in enumerate(producers):
        lane = min((found[source] for source in made_of), default=0)
        while (column[index], lane) in taken:
            lane += 1
        taken.add((column[index], lane))
        found.append(lane)
    return tuple(found)
