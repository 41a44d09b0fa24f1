"""The border rules: which element of the signal stands at a position outside it."""

from collections.abc import Sequence

from striate.arithmetic.arguments import choice

PADDING_MODES = ("zeros", "constant", "mean", "reflect", "symmetric", "replicate", "circular")

# A position outside the signal holds a value here, not an element of the signal.
VALUE_MODES = ("zeros", "constant", "mean")


def padding_mode_argument(
    value: object, ndim: int, name: str = "padding_mode", *, padding_value: float = 0.0
) -> tuple[str, ...]:
    """Normalise a `padding_mode` argument, called `name`, to one word an axis.

    Raises:
        ValueError: an unknown mode, with the known ones; or a `padding_value` that no axis reads.
    """
    if isinstance(value, str) or not isinstance(value, Sequence):
        modes = (choice(value, PADDING_MODES, name),) * ndim
    elif len(value) != ndim:
        raise ValueError(f"{name} must be one mode or one an axis ({ndim}), but got {len(value)}: {value}")
    else:
        modes = tuple(choice(item, PADDING_MODES, name) for item in value)
    if padding_value != 0.0 and "constant" not in modes:
        raise ValueError(f"padding_value {padding_value} needs {name} 'constant', but got {value!r}")
    return modes


def source_index(position: int, size: int, mode: str) -> int | None:
    """Return the element of a signal of `size` that stands at `position` under a border rule, None for a value.

    Any position works: a reflection bounces and a period wraps as often as needed. The words are torch's;
    NumPy calls `replicate` "edge" and `circular` "wrap"; SciPy calls `reflect` "mirror" and `symmetric` "reflect".

    Args:
        position: 0 is the first element of the signal; negative positions stand before it.
        size: elements of the signal, at least 1 for every mode but the constant ones.
        mode: one of `PADDING_MODES`.

    >>> [source_index(i, 4, "reflect") for i in range(-3, 7)]
    [3, 2, 1, 0, 1, 2, 3, 2, 1, 0]
    """
    choice(mode, PADDING_MODES, "padding_mode")
    if 0 <= position < size:
        return position
    if mode in VALUE_MODES:
        return None
    if size < 1:
        raise ValueError(f"padding_mode {mode!r} needs a signal with at least 1 element, but an axis has {size}")
    if mode == "replicate":
        return 0 if position < 0 else size - 1
    if mode == "circular":
        return position % size
    if mode == "symmetric":
        folded = position % (2 * size)
        return min(folded, 2 * size - 1 - folded)
    period = 2 * (size - 1) or 1  # one element reflects onto itself
    folded = position % period
    return min(folded, period - folded)
