"""The arguments of a convolution, normalised once and kept: what they ask for, and how an input of a size is run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from striate.arithmetic import Geometry, padding_mode_argument
from striate.arithmetic.arguments import integer
from striate.engine.activation import activation_argument
from striate.engine.cache import remembered
from striate.engine.extension import Amounts, extends, known

# What a caller asks of a convolution, as it was written: the number of axes that the weight must have, or None for any;
# stride, padding, dilation, groups, padding_mode, padding_value, activation.
Asked = tuple[int | None, object, object, object, object, object, float, str | None]

BORDER_CODES = {"zeros": 0, "constant": 0, "reflect": 1, "symmetric": 2, "replicate": 3, "circular": 4}


@dataclass(frozen=True, eq=False)
class ConvolutionArguments:
    """One convolution's arguments; made by `convolution_arguments`, so that equal arguments are one object.

    Args:
        geometry: the window.
        groups: channel groups.
        modes: a border rule an axis.
        value: the value outside the signal along axes with the rule `"constant"`.
        activation: what the sums go through, or None.
    """

    geometry: Geometry
    groups: int
    modes: tuple[str, ...]
    value: float
    activation: str | None = None

    @property
    def ndim(self) -> int:
        """Number of spatial axes."""
        return self.geometry.ndim


@remembered
def convolution_arguments(
    kernel: Sequence[int],
    stride: object,
    padding: object,
    dilation: object,
    groups: object,
    padding_mode: object,
    padding_value: float,
    activation: str | None = None,
) -> ConvolutionArguments:
    """Normalise the arguments of a convolution; errors are those of the functions that do it."""
    ndim = len(kernel)
    geometry = Geometry.of(kernel, cast(int, stride), cast(int, padding), cast(int, dilation), ndim=ndim)
    modes = padding_mode_argument(padding_mode, ndim, padding_value=padding_value)
    groups = integer(groups, "groups", 1)
    return ConvolutionArguments(geometry, groups, modes, float(padding_value), activation_argument(activation))


@remembered
def pooling_geometry(ndim: int, kernel: object, stride: object, padding: object, dilation: object) -> Geometry:
    """Normalise the arguments of a pooling; errors are those of `Geometry.of`."""
    return Geometry.of(cast(int, kernel), cast(int, stride), cast(int, padding), cast(int, dilation), ndim=ndim)


@dataclass(frozen=True, eq=False)
class ConvolutionPlan:
    """How one convolution runs on inputs of one spatial size.

    Args:
        amounts: padding (before, after) an axis.
        extension: the part of it that `extend` adds before torch's convolution runs.
        extends: whether there is such a part.
        padding: the zeros that torch's convolution adds on both sides itself.
    """

    amounts: Amounts
    extension: Amounts
    extends: bool
    padding: tuple[int, ...]


@remembered
def convolution_plan(arguments: ConvolutionArguments, size: tuple[int, ...]) -> ConvolutionPlan:
    """Plan a convolution for inputs of spatial `size`; ValueError if the kernel does not fit."""
    arguments.geometry.output_size(size)
    return unchecked_plan(arguments, size)


def unchecked_plan(arguments: ConvolutionArguments, size: tuple[int, ...]) -> ConvolutionPlan:
    """Plan without asking whether the kernel fits; `size` may be symbolic, and matters to padding words only."""
    amounts = tuple((window.before, window.after) for window in arguments.geometry.windows(size))
    zeros = [mode == "zeros" or (mode == "constant" and arguments.value == 0.0) for mode in arguments.modes]
    # What follows from a symbolic size is left to `extend` whole: exported convolutions take constants only
    padding = tuple(
        max(min(amount), 0) if zero and known(amount) else 0 for amount, zero in zip(amounts, zeros, strict=True)
    )
    extension = tuple((before - own, after - own) for (before, after), own in zip(amounts, padding, strict=True))
    return ConvolutionPlan(amounts, extension, any(extends(pair) for pair in extension), padding)
