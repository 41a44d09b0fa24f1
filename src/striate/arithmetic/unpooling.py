"""The sizes that an unpooling can restore: those whose pooling has the size that came."""

from collections.abc import Sequence

from striate.arithmetic.arguments import integers
from striate.arithmetic.geometry import Geometry
from striate.arithmetic.window import Window


def unpooled_size(geometry: Geometry, size: Sequence[int], output_size: Sequence[int] | None = None) -> tuple[int, ...]:
    """Return the spatial size of an unpooling's output for an input of `size`.

    Args:
        geometry: the window of the pooling that is undone.
        size: spatial size of the input.
        output_size: the size that is asked for, if any; a pooling of `geometry`, with or without ceil mode, must make
            `size` of it. None: the size that the windows cover; with the padding words `"same"` and `"same_lower"`,
            `size` times the stride.

    Raises:
        ValueError: a size that the pooling does not turn into `size`; the possible ones are given.

    >>> unpooled_size(Geometry.of((2, 2)), (3, 3)), unpooled_size(Geometry.of((2, 2), stride=2), (3, 3))
    ((4, 4), (6, 6))
    """
    possible = _possible(geometry, size)
    if output_size is None:
        return tuple(default for default, _ in possible)
    asked = integers(output_size, geometry.ndim, "output_size", 1)
    for axis, (wanted, (_, sizes)) in enumerate(zip(asked, possible, strict=True)):
        if wanted not in sizes:
            raise ValueError(
                f"output_size must be from {sizes[0]} to {sizes[-1]} along spatial axis {axis}, whose input has "
                f"{size[axis]} elements, but got {wanted}"
            )
    return asked


def _possible(geometry: Geometry, size: Sequence[int]) -> list[tuple[int, range]]:
    """Return the default and all the possible sizes of each axis."""
    if geometry.padding in {"same", "same_lower"}:
        sizes = zip(size, geometry.stride, strict=True)
        return [(n * stride, range((n - 1) * stride + 1, n * stride + 1)) for n, stride in sizes]
    windows = geometry.windows(size)  # the amounts of the other words do not depend on the size
    return [_possible_of(window, n) for window, n in zip(windows, size, strict=True)]


def _possible_of(window: Window, size: int) -> tuple[int, range]:
    covered = window.transposed_size(size)
    return covered, range(max(covered - window.stride + 1, 1), covered + window.stride)
