"""The arguments of a transposed convolution, normalised once and kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from striate.arithmetic import Geometry, TransposedWindow, padding_mode_argument
from striate.arithmetic.arguments import integer
from striate.engine.arguments import ConvolutionArguments, convolution_arguments
from striate.engine.cache import remembered
from striate.engine.extension import Amounts


@dataclass(frozen=True)
class TransposedPlan:
    """How torch's operators compute it: more than the output first, which is then folded back.

    Args:
        padding: what torch's transposed convolution leaves out on both sides itself.
        output_padding: what it adds after.
        extension: what is folded back (before, after) an axis: the part of the convolution's padding that torch's own
            does not do.
        extends: whether there is such a part.
    """

    padding: tuple[int, ...]
    output_padding: tuple[int, ...]
    extension: Amounts
    extends: bool


@dataclass(frozen=True, eq=False)
class TransposedArguments:
    """One transposed convolution's arguments; made by `transposed_arguments`, so that equal arguments are one object.

    Args:
        windows: the transposed window an axis.
        stride: step between the places of two inputs, an axis.
        dilation: step between two taps, an axis.
        groups: channel groups.
        modes: a border rule an axis, never `"constant"`: of an affine convolution the linear part is transposed.
        plan: how torch's operators compute it.
    """

    windows: tuple[TransposedWindow, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int
    modes: tuple[str, ...]
    plan: TransposedPlan

    @property
    def ndim(self) -> int:
        """Number of spatial axes."""
        return len(self.windows)

    def output_size(self, size: Sequence[int]) -> tuple[int, ...]:
        """Return the spatial size of the output for an input of `size`; ValueError where nothing is left."""
        return tuple(axis.output_size(n) for axis, n in zip(self.windows, size, strict=True))

    @property
    def of_convolution(self) -> ConvolutionArguments:
        """The convolution, from output to input, whose gradient by its input this is.

        An output padding of the stride or more would have it see one more window: what is past the last is cropped.
        """
        padding = []
        for axis in self.windows:
            before, after, extra = axis.window.before, axis.window.after, axis.output_padding
            padding.append((before, after if extra < axis.window.stride else after - extra))
        kernel = tuple(axis.window.kernel for axis in self.windows)
        return convolution_arguments(kernel, self.stride, tuple(padding), self.dilation, self.groups, self.modes, 0.0)


@remembered
def transposed_arguments(
    kernel: Sequence[int],
    stride: object,
    padding: object,
    output_padding: object,
    groups: object,
    dilation: object,
    padding_mode: object = "zeros",
    sizes: tuple[Sequence[int], Sequence[int]] | None = None,
) -> TransposedArguments:
    """Normalise the arguments of a transposed convolution.

    Args:
        kernel: taps an axis.
        stride: this and the others as `functional.conv_transpose` takes them.
        padding: likewise.
        output_padding: likewise.
        groups: likewise.
        dilation: likewise.
        padding_mode: likewise.
        sizes: the spatial sizes of input and output, where the output's is asked for; `output_padding` is not read.

    Raises:
        ValueError: a number out of range, or too many; an unknown word; an output size that no window gives.
        TypeError: no number.
    """
    geometry = Geometry.of(kernel, cast(int, stride), cast(int, padding), cast(int, dilation), ndim=len(kernel))
    modes = padding_mode_argument(padding_mode, geometry.ndim)
    windows = geometry.transposed_windows(cast(int, output_padding), sizes)
    linear = tuple("zeros" if mode == "constant" else mode for mode in modes)
    groups = integer(groups, "groups", 1)
    return TransposedArguments(windows, geometry.stride, geometry.dilation, groups, linear, _plan(windows, linear))


def _plan(windows: Sequence[TransposedWindow], modes: Sequence[str]) -> TransposedPlan:
    amounts = [(axis.window.before, axis.window.after) for axis in windows]
    padding = tuple(max(min(amount), 0) if mode == "zeros" else 0 for amount, mode in zip(amounts, modes, strict=True))
    extension = tuple((before - own, after - own) for (before, after), own in zip(amounts, padding, strict=True))
    extra = tuple(axis.output_padding for axis in windows)
    return TransposedPlan(padding, extra, extension, any(pair != (0, 0) for pair in extension))
