"""The receptive field of a chain of windows: what part of the input one output sees."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from striate.arithmetic.geometry import Geometry
from striate.arithmetic.window import Window


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """The receptive field along one axis, in elements of the chain's input.

    Args:
        size: elements that one output sees.
        jump: distance between the fields of two neighbouring outputs.
        offset: first element that output 0 sees; negative if it lies in the padding.

    Output `o` sees elements `offset + o * jump` to `offset + o * jump + size - 1`.

    Source: A. Araujo, W. Norris, J. Sim, "Computing receptive fields of convolutional neural networks", Distill, 2019.
    """

    size: int = 1
    jump: int = 1
    offset: int = 0

    def through(self, window: Window) -> "ReceptiveField":
        """Return the receptive field after one more layer with this window."""
        return ReceptiveField(
            size=self.size + (window.extent - 1) * self.jump,
            jump=self.jump * window.stride,
            offset=self.offset - window.before * self.jump,
        )

    def of(self, output: int) -> range:
        """Return the elements that `output` sees; those below 0 or past the input's end are padding."""
        start = self.offset + output * self.jump
        return range(start, start + self.size)


def receptive_field(layers: Iterable[Geometry], size: Sequence[int]) -> tuple[ReceptiveField, ...]:
    """Return the receptive field, one an axis, of the last of `layers` applied one after another.

    Args:
        layers: the geometry of each convolution or pooling, first layer first.
        size: spatial size of the input (padding words depend on it).

    Raises:
        ValueError: a layer's window does not fit its input.

    >>> receptive_field([Geometry.of((3,), padding=1), Geometry.of((2,), stride=2)], size=(28,))
    (ReceptiveField(size=4, jump=2, offset=-1),)
    """
    sizes = tuple(size)
    fields = (ReceptiveField(),) * len(sizes)
    for geometry in layers:
        windows = geometry.windows(sizes)
        fields = tuple(field.through(window) for field, window in zip(fields, windows, strict=True))
        sizes = geometry.output_size(sizes)
    return fields
