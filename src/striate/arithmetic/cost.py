"""What a convolution costs: parameters, multiply-adds and bytes, in each direction."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from striate.arithmetic.arguments import integer
from striate.arithmetic.geometry import Geometry


@dataclass(frozen=True, slots=True)
class DirectionCost:
    """The cost of one of the three computations.

    Args:
        multiply_adds: multiply-add pairs, taps in the padding counted as in the literature.
        bytes: bytes of the two tensors read and the one written, each once; the least that any kernel moves.
    """

    multiply_adds: int
    bytes: int

    @property
    def intensity(self) -> float:
        """Arithmetic intensity in multiply-adds a byte."""
        return self.multiply_adds / self.bytes


@dataclass(frozen=True, slots=True)
class ConvolutionCost:
    """The cost of a convolution: its parameters, and each of its three computations."""

    parameters: int
    forward: DirectionCost
    backward_data: DirectionCost
    backward_weight: DirectionCost


def convolution_cost(
    in_channels: int,
    out_channels: int,
    geometry: Geometry,
    size: Sequence[int],
    *,
    batch: int = 1,
    groups: int = 1,
    bias: bool = True,
    itemsize: int = 4,
) -> ConvolutionCost:
    """Return the cost of a convolution layer on an input of this size.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.
        geometry: its window.
        size: spatial size of the input.
        batch: samples.
        groups: channel groups; divides both channel counts.
        bias: whether the layer has one.
        itemsize: bytes of an element, 4 for float32.

    Raises:
        ValueError: `groups` does not divide the channels, or the window does not fit.

    >>> cost = convolution_cost(1, 6, Geometry.of((5, 5)), (32, 32))
    >>> cost.parameters, cost.forward.multiply_adds
    (156, 117600)
    """
    integer(batch, "batch", 0)
    groups_argument(groups, in_channels, out_channels)
    weights = out_channels * (in_channels // groups) * prod(geometry.kernel)
    inputs = batch * in_channels * prod(size)
    outputs = batch * out_channels * prod(geometry.output_size(size))
    biases = out_channels if bias else 0
    multiply_adds = outputs * (in_channels // groups) * prod(geometry.kernel)
    moved = itemsize * (inputs + weights + outputs)
    return ConvolutionCost(
        parameters=weights + biases,
        forward=DirectionCost(multiply_adds, moved + itemsize * biases),
        backward_data=DirectionCost(multiply_adds, moved),
        backward_weight=DirectionCost(multiply_adds, moved + itemsize * biases),
    )


def groups_argument(groups: object, in_channels: int, out_channels: int) -> int:
    """Return `groups` as an int that divides both channel counts; ValueError with the numbers otherwise."""
    number = integer(groups, "groups", 1)
    for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
        if integer(channels, name, 0) % number:
            raise ValueError(f"{name} must be divisible by groups, but {channels} is not divisible by {number}")
    return number
