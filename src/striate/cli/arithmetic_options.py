"""The options of `striate arithmetic` as the arguments of its axes."""

from collections.abc import Sequence
from typing import Any

from striate.arithmetic import PADDING_WORDS, Axis, Geometry
from striate.arithmetic.arguments import choice, integers, pairs
from striate.arithmetic.cost import groups_argument


def axes_of(
    ndim: int,
    solve: str | None,
    input: str | None,
    kernel: str | None,
    stride: str,
    padding: str,
    dilation: str,
    transposed: bool,
    output_padding: str,
) -> list[Axis]:
    """Return the arguments of each axis; what is solved for may be left out."""
    given: dict[str, tuple[Any, ...]] = {}
    for name, text, minimum in (
        ("input", input, 1),
        ("kernel", kernel, 1),
        ("stride", stride, 1),
        ("dilation", dilation, 1),
        ("output_padding", output_padding, 0),
    ):
        if text is None and solve != name:
            raise ValueError(f"{name} is missing: give --{name}, or --solve {name} with --output")
        given[name] = integers(1 if text is None else numbers(text, name), ndim, name, minimum)
    given["padding"] = _padding(padding, ndim)
    return [
        Axis(**dict(zip(given, values, strict=True)), transposed=transposed)
        for values in zip(*given.values(), strict=True)
    ]


def geometry_of(axes: Sequence[Axis]) -> Geometry:
    """Return the window of all axes, which have a padding word together or none."""
    first, paddings = axes[0].padding, [axis.padding for axis in axes if not isinstance(axis.padding, str)]
    return Geometry.of(
        [axis.kernel for axis in axes],
        [axis.stride for axis in axes],
        first if isinstance(first, str) else paddings,
        [axis.dilation for axis in axes],
    )


def channels_of(text: str | None, groups: int) -> tuple[int, int]:
    """Return the channels of input and output, one a group where nothing is said."""
    if text is None:
        return groups, groups
    pair = numbers(text, "channels")
    if isinstance(pair, int) or len(pair) != 2:
        raise ValueError(f"channels must be two numbers, of the input and of the output, such as 3,8, but got {text!r}")
    groups_argument(groups, *pair)
    return pair[0], pair[1]


def numbers(text: str, name: str) -> int | list[int]:
    """Return the number of `7`, or the numbers of `7,9`; ValueError with the option's name for anything else."""
    try:
        found = [int(item) for item in text.split(",")]
    except ValueError:
        raise ValueError(f"{name} must be whole numbers with commas between them, but got {text!r}") from None
    return found if len(found) > 1 else found[0]


def _padding(text: str, ndim: int) -> tuple[str | tuple[int, int], ...]:
    """Return the word for every axis, or each axis's amounts."""
    if text.replace("_", "").isalpha():
        return (choice(text, PADDING_WORDS, "padding"),) * ndim
    try:
        items = [tuple(int(amount) for amount in item.split(":")) for item in text.split(",")]
    except ValueError:
        raise ValueError(
            f"padding must be a word, amounts such as 1 or 1,2, or BEFORE:AFTER, but got {text!r}"
        ) from None
    items = items * ndim if len(items) == 1 else items
    return pairs([item if len(item) > 1 else item[0] for item in items], ndim, "padding")
