"""Arguments are normalised here, once, by functions that know the argument's name."""

from collections.abc import Iterable, Sequence
from operator import index
from typing import cast


def integer(value: object, name: str, minimum: int | None = None) -> int:
    """Return `value` as an int; TypeError if it is none, ValueError if it is below `minimum`."""
    if isinstance(value, int) and not isinstance(value, bool):
        number = value  # or a compiler's symbol for one, which has no `__index__` to ask for
    elif isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be an int, but got {value!r} of type {type(value).__name__}")
    elif hasattr(value, "node"):
        number = cast(int, value)  # a symbol of torch.export, which asking for its `__index__` would tie to one size
    else:
        number = index(value)
    if minimum is not None and number < minimum:
        raise ValueError(f"{name} must be at least {minimum}, but got {number}")
    return number


def integers(value: object, ndim: int, name: str, minimum: int | None = None) -> tuple[int, ...]:
    """Return one int an axis: an int stands for all `ndim` axes, a sequence must have that length."""
    if isinstance(value, Iterable) and not isinstance(value, str):
        items = tuple(value)
        if len(items) != ndim:
            raise ValueError(f"{name} must be an int or {_count(ndim)}, but got {len(items)}: {items}")
        return tuple(integer(item, name, minimum) for item in items)
    return (integer(value, name, minimum),) * ndim


def pairs(value: object, ndim: int, name: str) -> tuple[tuple[int, int], ...]:
    """Return one (before, after) pair an axis, from an int, one int an axis, or one pair an axis."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        amount = integer(value, name)
        return ((amount, amount),) * ndim
    if len(value) != ndim:
        mend = f"; one pair an axis is written {((*value,),)}" if ndim == 1 and len(value) == 2 else ""
        raise ValueError(
            f"{name} must be an int, {_count(ndim)}, or {ndim} (before, after) pair{'s' * (ndim > 1)}, "
            f"but got {len(value)}: {value}{mend}"
        )
    return tuple(_pair(item, name) for item in value)


def choice(value: object, known: Sequence[str], name: str) -> str:
    """Return `value` if it is one of the `known` words; ValueError with all of them otherwise."""
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}, but got {value!r}")
    return value


def _pair(item: object, name: str) -> tuple[int, int]:
    if isinstance(item, Sequence) and not isinstance(item, str):
        if len(item) != 2:
            raise ValueError(f"{name} must give (before, after) for an axis, but got {item}")
        return integer(item[0], name), integer(item[1], name)
    amount = integer(item, name)
    return amount, amount


def _count(ndim: int) -> str:
    return "1 int" if ndim == 1 else f"{ndim} ints, one an axis"
