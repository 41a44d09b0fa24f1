"""Which value of one argument gives an output of this size, where the others are known."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from striate.arithmetic.arguments import choice, integer
from striate.arithmetic.inverse import padding_totals
from striate.arithmetic.padding import padding_amounts
from striate.arithmetic.transposed import TransposedWindow
from striate.arithmetic.window import Window

UNKNOWNS = ("padding", "input", "stride", "kernel", "dilation", "output_padding")


@dataclass(frozen=True, slots=True)
class Axis:
    """The arguments of a layer along one axis, and the size that they give.

    Args:
        input: elements of its input.
        kernel: taps.
        stride: step between two positions.
        padding: (before, after), or a word.
        dilation: step between two taps.
        transposed: whether the convolution is.
        output_padding: of a transposed one.
    """

    input: int
    kernel: int
    stride: int = 1
    padding: str | tuple[int, int] = (0, 0)
    dilation: int = 1
    transposed: bool = False
    output_padding: int = 0

    def window(self) -> Window | TransposedWindow:
        """Return the window, a padding word turned into amounts."""
        if self.transposed:
            return TransposedWindow.of(self.padding, self.kernel, self.stride, self.dilation, self.output_padding)
        before, after = (
            padding_amounts(self.padding, self.input, self.kernel, self.stride, self.dilation)
            if isinstance(self.padding, str)
            else self.padding
        )
        return Window(self.kernel, self.stride, self.dilation, before, after)

    def output(self) -> int:
        """Return the size of the output; ValueError where the window does not fit."""
        return self.window().output_size(self.input)

    def solve(self, unknown: str, output: int) -> "tuple[Axis, ...]":
        """Return every axis that differs from this one in `unknown` only and gives `output` elements.

        Paddings come as (before, after), an odd element after, the nearest to none first; other values from the
        smallest up, as far as sizes like these can need.

        Args:
            unknown: `"padding"`, `"input"`, `"stride"`, `"kernel"`, `"dilation"` or `"output_padding"`.
            output: the size that is wanted.

        Raises:
            ValueError: no value gives it; the nearest is told.

        >>> [axis.stride for axis in Axis(input=9, kernel=3).solve("stride", 3)]
        [3]
        >>> [axis.padding for axis in Axis(input=7, kernel=3, stride=2).solve("padding", 4)]
        [(1, 1), (1, 2)]
        """
        choice(unknown, UNKNOWNS, "solve")
        integer(output, "output", 1)
        if unknown == "output_padding" and not self.transposed:
            raise ValueError("solve 'output_padding' is for a transposed convolution; add transposed=True")
        tried = []
        for value in self._candidates(unknown, output):
            axis = replace(self, **{unknown: value})
            with suppress(ValueError):  # the window does not fit
                tried.append((axis.output(), axis))
        found = tuple(axis for size, axis in tried if size == output)
        if found:
            return found
        if not tried:
            raise ValueError(f"no {unknown} makes this window fit, so none gives an output of {output}")
        size, nearest = min(tried, key=lambda pair: abs(pair[0] - output))
        raise ValueError(
            f"no {unknown} gives an output of {output}; the nearest, {getattr(nearest, unknown)}, gives {size}"
        )

    def _candidates(self, unknown: str, output: int) -> Iterable[Any]:
        if unknown == "padding":
            return [(total // 2, total - total // 2) for total in self._padding_totals(output)]
        if unknown == "output_padding":
            return range(max(self.stride, self.dilation))
        amounts = (0, 0) if isinstance(self.padding, str) else self.padding
        extent = Window(self.kernel, 1, self.dilation).extent
        return range(1, max(self.input, output) * self.stride + extent + sum(map(abs, amounts)) + 2)

    def _padding_totals(self, output: int) -> list[int]:
        if not self.transposed:
            return sorted(padding_totals(self.input, output, self.kernel, self.stride, self.dilation), key=abs)
        window = Window(self.kernel, self.stride, self.dilation)
        return [window.transposed_extent(self.input) + self.output_padding - output]
