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
        output_size: the size that is asked for, less than a stride away from what the windows cover, so that a pooling
            of `geometry`, with ceil mode if it is less, makes `size` of it. None: what the windows cover. With the
            padding words `"same"` and `"same_lower"` it is `size` times the stride, or less by less than a stride.

    Raises:
        ValueError: a size that the pooling does not turn into `size`; the possible ones are given.

    >>> unpooled_size(Geometry.of((2, 2)), (3, 3)), unpooled_size(Geometry.of((2, 2), stride=2), (3, 3))
    ((4, 4), (6, 6))
    """
    if 0 in size:
        raise ValueError(f"input has no elements to unpool: its spatial size is {tuple(size)}")
    if geometry.padding in {"same", "same_lower"}:
        possible = [_restored(n, stride) for n, stride in zip(size, geometry.stride, strict=True)]
    else:  # the amounts of the other words do not depend on the size
        possible = [_covered(window, n) for window, n in zip(geometry.windows(size), size, strict=True)]
    defaults = tuple(default for default, _, _ in possible)
    if output_size is None:
        if min(defaults) < 1:
            raise ValueError(f"an input of spatial size {tuple(size)} unpools to {defaults}; use less padding")
        return defaults
    asked = integers(output_size, geometry.ndim, "output_size", 1)
    for axis, (wanted, (_, least, most)) in enumerate(zip(asked, possible, strict=True)):
        if not least <= wanted <= most:
            raise ValueError(
                f"output_size must be from {max(least, 1)} to {most} along spatial axis {axis}, whose input has "
                f"{size[axis]} elements, but got {wanted}"
            )
    return asked


# Bounds, not a `range`, which would tie a symbolic size to one number


def _restored(size: int, stride: int) -> tuple[int, int, int]:
    """Return the default, the least and the largest size that `"same"` padding pools to `size`."""
    return size * stride, (size - 1) * stride + 1, size * stride


def _covered(window: Window, size: int) -> tuple[int, int, int]:
    """Return the size that the windows cover, and the bounds of those less than a stride away, as torch allows them."""
    covered = (size - 1) * window.stride + window.extent - window.before - window.after
    return covered, covered - window.stride + 1, covered + window.stride - 1
