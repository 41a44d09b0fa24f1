"""A window at each of its places: which elements it touches, and what stands outside the signal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from striate.arithmetic.arguments import integers
from striate.arithmetic.border import VALUE_MODES, padding_mode_argument, source_index
from striate.arithmetic.formula import size_formula, transposed_size_formula
from striate.arithmetic.geometry import Geometry
from striate.arithmetic.transposed import TransposedWindow
from striate.arithmetic.window import Window


class Touch(NamedTuple):
    """What one tap of a window touches.

    Args:
        tap: the tap's number an axis.
        place: where it stands, an axis; below 0 or past the end it stands outside the signal.
        source: the element that is there: itself inside, outside the one that the border rule puts there; None where
            the rule puts a value.
    """

    tap: tuple[int, ...]
    place: tuple[int, ...]
    source: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Sliding:
    """A window of any rank and the signal over which it slides; `Sliding.of` makes it from a layer's arguments.

    A convolution's window slides over the input and stands once for each output, which it reads. A transposed
    convolution's is the same window, run the other way: it slides over the output and stands once for each input, which
    it spreads. What falls outside the output is left out, or folded back onto the element that the border rule names.

    Args:
        windows: one an axis.
        size: the signal's: of the input, or transposed of the output.
        positions: places of the window an axis: the size of the output, or transposed of the input.
        modes: a border rule an axis.
        transposed: which way it runs.
    """

    windows: tuple[Window, ...]
    size: tuple[int, ...]
    positions: tuple[int, ...]
    modes: tuple[str, ...]
    transposed: bool = False

    @classmethod
    def of(
        cls,
        geometry: Geometry,
        size: int | Sequence[int],
        padding_mode: str | Sequence[str] = "zeros",
        *,
        transposed: bool = False,
        output_padding: int | Sequence[int] = 0,
        output_size: int | Sequence[int] | None = None,
    ) -> "Sliding":
        """Make it from a layer's window and its input.

        Args:
            geometry: the window.
            size: spatial size of the input, an int or one an axis.
            padding_mode: border rule, or one an axis. Transposed, `"constant"` is `"zeros"`, its linear part.
            transposed: whether the convolution is.
            output_padding: of a transposed convolution, an int or one an axis.
            output_size: of a transposed convolution, in place of `output_padding`.

        Raises:
            ValueError: a window that does not fit, an unknown rule, an output padding without a transposed convolution.

        >>> Sliding.of(Geometry.of(3, stride=2, padding=1), 7).touches((0,))[0]
        Touch(tap=(0,), place=(-1,), source=None)
        >>> Sliding.of(Geometry.of(3, stride=2), 3, transposed=True).touches((1,))[2]
        Touch(tap=(2,), place=(4,), source=(4,))
        """
        sizes = integers(size, geometry.ndim, "input", 1)
        modes = padding_mode_argument(padding_mode, geometry.ndim)
        if not transposed:
            if output_size is not None or output_padding != 0:
                name, value = (
                    ("output_padding", output_padding) if output_size is None else ("output_size", output_size)
                )
                raise ValueError(f"{name} is for a transposed convolution, but got {value}; add transposed=True")
            return cls(geometry.windows(sizes), sizes, geometry.output_size(sizes), modes)
        wanted = None if output_size is None else (sizes, integers(output_size, geometry.ndim, "output_size", 1))
        axes = geometry.transposed_windows(output_padding, wanted)
        return cls(
            windows=tuple(axis.window for axis in axes),
            size=tuple(axis.output_size(n) for axis, n in zip(axes, sizes, strict=True)),
            positions=sizes,
            modes=tuple("zeros" if mode == "constant" else mode for mode in modes),
            transposed=True,
        )

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.size)

    @property
    def input_size(self) -> tuple[int, ...]:
        """Spatial size of the layer's input."""
        return self.positions if self.transposed else self.size

    @property
    def output_size(self) -> tuple[int, ...]:
        """Spatial size of the layer's output."""
        return self.size if self.transposed else self.positions

    def places(self) -> tuple[range, ...]:
        """Return all that there is along each axis: the signal, cropped elements too, and what stands around it."""
        return tuple(
            range(min(0, -window.before), max(n, n + window.after))
            for window, n in zip(self.windows, self.size, strict=True)
        )

    def every_position(self) -> Iterator[tuple[int, ...]]:
        """Yield the window's places in order, the last axis first."""
        return product(*map(range, self.positions))

    def touches(self, position: Sequence[int]) -> tuple[Touch, ...]:
        """Return what each tap touches where the window stands for `position`, the taps of the last axis first."""
        found = []
        for tap in product(*(range(window.kernel) for window in self.windows)):
            place = tuple(
                at * window.stride - window.before + t * window.dilation
                for at, window, t in zip(position, self.windows, tap, strict=True)
            )
            found.append(Touch(tap, place, self.source(place)))
        return tuple(found)

    def source(self, place: Sequence[int]) -> tuple[int, ...] | None:
        """Return the element of the signal that stands at a place, None for a value."""
        found = []
        for at, n, mode in zip(place, self.size, self.modes, strict=True):
            index = source_index(at, n, mode)
            if index is None:
                return None
            found.append(index)
        return tuple(found)

    def standing(self, place: Sequence[int]) -> str:
        """Return what stands at a place, in a word.

        `"element"`; `"cropped"`, an element that negative padding cuts off; `"copy"` of another element; or the rule
        that puts a value there. In a corner where axes disagree zeros beat the constant, and the constant the mean.
        `"nothing"` beside what is cropped, outside along another axis.

        >>> layer = Sliding.of(Geometry.of(3, padding=1), (4,), "reflect")
        >>> [layer.standing((at,)) for at in range(-1, 2)]
        ['copy', 'element', 'element']
        """
        axes = list(zip(place, self.size, self.windows, self.modes, strict=True))
        inside = all(0 <= at < n for at, n, _, _ in axes)
        if any(0 <= at < -window.before or n + window.after <= at < n for at, n, window, _ in axes):
            return "cropped" if inside else "nothing"
        values = {mode for at, n, _, mode in axes if source_index(at, n, mode) is None}
        if values:
            return next(mode for mode in VALUE_MODES if mode in values)
        return "element" if inside else "copy"

    def formulas(self) -> tuple[str, ...]:
        """Return how the size of the output follows from the input's, an axis, with the numbers.

        >>> Sliding.of(Geometry.of(3, padding="same"), 7).formulas()
        ('floor((7 + 1 + 1 - 1*(3 - 1) - 1) / 1) + 1 = 7',)
        """
        if not self.transposed:
            return tuple(size_formula(window, n) for window, n in zip(self.windows, self.size, strict=True))
        return tuple(
            transposed_size_formula(TransposedWindow(window, n - window.transposed_extent(count)), count)
            for window, n, count in zip(self.windows, self.size, self.positions, strict=True)
        )

    def contributions(self) -> tuple[range, ...]:
        """Return, an axis, from how many taps to how many (the range's end) meet in an element of the signal.

        Where those of a transposed convolution differ away from the border, it draws a checkerboard.

        >>> Sliding.of(Geometry.of(3, stride=2), 4, transposed=True).contributions()
        (range(1, 3),)
        """
        found = []
        for window, n, count, mode in zip(self.windows, self.size, self.positions, self.modes, strict=True):
            met = [0] * n
            for at, t in product(range(count), range(window.kernel)):
                index = source_index(at * window.stride - window.before + t * window.dilation, n, mode)
                if index is not None:
                    met[index] += 1
            found.append(range(min(met), max(met) + 1))
        return tuple(found)
