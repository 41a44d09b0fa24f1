"""Sizes of a resized signal."""

from collections.abc import Sequence
from fractions import Fraction
from math import isfinite
from typing import Any

from striate.arithmetic.arguments import integers


def scales_argument(value: object, ndim: int) -> tuple[int | float, ...]:
    """Normalise a `scale_factor` argument to one number an axis.

    Raises:
        ValueError: a number that is not finite and above 0, or a wrong number of them.
        TypeError: no number.
    """
    items: tuple[Any, ...] = (
        tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value,) * ndim
    )
    if len(items) != ndim:
        raise ValueError(f"scale_factor must be a number or one an axis ({ndim}), but got {len(items)}: {items}")
    for item in items:
        if isinstance(item, bool) or not isinstance(item, int | float):
            raise TypeError(f"scale_factor must be a number, but got {item!r} of type {type(item).__name__}")
        if not (isfinite(item) and item > 0):
            raise ValueError(f"scale_factor must be above 0 and finite, but got {item}")
    return items


def resized_size(
    size: Sequence[int], scale_factor: object = None, target: int | Sequence[int] | None = None
) -> tuple[int, ...]:
    """Return the size that a signal is resized to: `target`, or `floor(size * scale_factor)`.

    Raises:
        ValueError: both or neither given, a number out of range, or a size of 0.

    >>> resized_size((5, 7), scale_factor=(2, 1.5))
    (10, 10)
    """
    ndim = len(size)
    if (scale_factor is None) == (target is None):
        raise ValueError(f"give either scale_factor or size, but got scale_factor {scale_factor} and size {target}")
    if target is not None:
        return integers(target, ndim, "size", 1)
    # In whole numbers: 10 * 0.7 is 7, whatever floats make of it, and a compiler's symbol for a size knows no floor.
    ratios = [Fraction(scale).limit_denominator(10**6) for scale in scales_argument(scale_factor, ndim)]
    result = tuple(n * ratio.numerator // ratio.denominator for n, ratio in zip(size, ratios, strict=True))
    if 0 in result:
        raise ValueError(f"scale_factor {scale_factor} leaves {result} of an input of spatial size {tuple(size)}")
    return result
