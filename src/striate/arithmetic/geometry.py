"""The n-dimensional window: one `Window` an axis, its padding in amounts or a word."""

from collections.abc import Sequence
from dataclasses import dataclass

from striate.arithmetic.arguments import integer, integers
from striate.arithmetic.padding import Padding, padding_amounts, padding_argument
from striate.arithmetic.transposed import TransposedWindow
from striate.arithmetic.window import Window


@dataclass(frozen=True, slots=True)
class Geometry:
    """The normalised window of a convolution or pooling; `Geometry.of` makes it from a layer's arguments.

    Args:
        kernel: taps an axis.
        stride: stride an axis.
        dilation: dilation an axis.
        padding: one (before, after) pair an axis, or a padding word.
    """

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: Padding

    @classmethod
    def of(
        cls,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: int | str | Sequence[int] | Sequence[tuple[int, int]] = 0,
        dilation: int | Sequence[int] = 1,
        *,
        ndim: int | None = None,
    ) -> "Geometry":
        """Normalise the arguments of a layer.

        Args:
            kernel_size: an int, or one an axis.
            stride: likewise.
            padding: an int, one int an axis, one (before, after) pair an axis, or a word.
            dilation: an int, or one an axis.
            ndim: number of axes; read off `kernel_size` where that is a sequence, else 1.

        Raises:
            ValueError: a size below 1, a wrong number of axes, an unknown word.
            TypeError: a size that is no int.

        >>> Geometry.of((3, 5), stride=2, padding="same").output_size((28, 28))
        (14, 14)
        """
        if ndim is None:
            ndim = len(kernel_size) if isinstance(kernel_size, Sequence) else 1
        integer(ndim, "ndim", 1)
        return cls(
            kernel=integers(kernel_size, ndim, "kernel_size", 1),
            stride=integers(stride, ndim, "stride", 1),
            dilation=integers(dilation, ndim, "dilation", 1),
            padding=padding_argument(padding, ndim),
        )

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.kernel)

    def windows(self, size: Sequence[int]) -> tuple[Window, ...]:
        """One `Window` an axis for an input of this spatial size, a padding word turned into amounts."""
        if len(size) != self.ndim:
            raise ValueError(f"size must have {self.ndim} axes, but got {len(size)}: {tuple(size)}")
        if isinstance(self.padding, str):
            amounts = tuple(
                padding_amounts(self.padding, *axis)
                for axis in zip(size, self.kernel, self.stride, self.dilation, strict=True)
            )
        else:
            amounts = self.padding
        return tuple(
            Window(kernel, stride, dilation, before, after)
            for kernel, stride, dilation, (before, after) in zip(
                self.kernel, self.stride, self.dilation, amounts, strict=True
            )
        )

    def output_size(self, size: Sequence[int], *, ceil_mode: bool = False) -> tuple[int, ...]:
        """Spatial size of the output for an input of this spatial size; ValueError if a window does not fit."""
        return tuple(
            window.output_size(n, ceil_mode=ceil_mode) for window, n in zip(self.windows(size), size, strict=True)
        )

    def transposed_windows(
        self,
        output_padding: int | Sequence[int] = 0,
        sizes: tuple[Sequence[int], Sequence[int]] | None = None,
    ) -> tuple[TransposedWindow, ...]:
        """One `TransposedWindow` an axis, a padding word turned into amounts.

        Args:
            output_padding: outputs added after, an int or one an axis.
            sizes: the spatial sizes of input and output, where the output's is asked for; `output_padding` follows.

        Raises:
            ValueError: an output padding out of range, or an output size that no window gives.
        """
        padding = self.padding
        each: tuple[str | tuple[int, int], ...] = (padding,) * self.ndim if isinstance(padding, str) else padding
        axes = zip(each, self.kernel, self.stride, self.dilation, strict=True)
        if sizes is None:
            extras = integers(output_padding, self.ndim, "output_padding")
            return tuple(TransposedWindow.of(*axis, extra) for axis, extra in zip(axes, extras, strict=True))
        wanted = integers(sizes[1], self.ndim, "output_size")
        pairs = zip(wanted, sizes[0], axes, strict=True)
        return tuple(TransposedWindow.to(output, size, *axis) for output, size, axis in pairs)

    def transposed_size(self, size: Sequence[int], output_padding: int | Sequence[int] = 0) -> tuple[int, ...]:
        """Spatial size of a transposed convolution's output for an input of this spatial size.

        Raises:
            ValueError: an output padding out of range, or nothing is left.

        >>> Geometry.of((3, 5), stride=2, padding=1).transposed_size((7, 7), output_padding=1)
        (14, 16)
        """
        windows = self.transposed_windows(output_padding)
        return tuple(window.output_size(n) for window, n in zip(windows, size, strict=True))
