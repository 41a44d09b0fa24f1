"""The border rule of a layer, as it keeps it."""

from collections.abc import Sequence

from striate.arithmetic import padding_mode_argument


def border_rule(padding_mode: str | Sequence[str], ndim: int, padding_value: float = 0.0) -> str | tuple[str, ...]:
    """Return one word where every axis has the same rule, as torch.nn's layers do, else one an axis.

    Raises:
        ValueError: what `padding_mode_argument` refuses.

    >>> border_rule(["zeros", "zeros"], 2), border_rule(["zeros", "circular"], 2)
    ('zeros', ('zeros', 'circular'))
    """
    modes = padding_mode_argument(padding_mode, ndim, padding_value=padding_value)
    return modes[0] if len(set(modes)) == 1 else modes
