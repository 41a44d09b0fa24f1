"""The window of a pooling, read off its arguments and its input."""

from collections.abc import Sequence
from typing import TypeVar

from torch import Tensor

from striate.arithmetic import Geometry
from striate.arithmetic.arguments import integers
from striate.engine.arguments import pooling_geometry
from striate.functional.conv import Ints, PaddingLike


def pool_window(
    input: Tensor, kernel_size: Ints, stride: Ints | None, padding: PaddingLike, dilation: Ints = 1
) -> Geometry:
    """Normalise a pooling's arguments; its rank is the length of `kernel_size`, else that of an (N, C, *S) input.

    Raises:
        ValueError: an input of another rank, or what `Geometry.of` refuses.
    """
    # The question for a tuple comes first: the one for a Sequence costs 0.2 us.
    of_sizes = type(kernel_size) is tuple or isinstance(kernel_size, Sequence)
    ndim = len(kernel_size) if of_sizes else input.ndim - 2  # type: ignore[arg-type]
    check_rank(input, ndim)
    return pooling_geometry(ndim, kernel_size, kernel_size if stride is None else stride, padding, dilation)


def check_rank(input: Tensor, ndim: int) -> None:
    """Raise a ValueError unless the input has `ndim` spatial axes, with a batch or without."""
    if ndim < 1 or not ndim + 1 <= input.ndim <= ndim + 2:
        expected = f"{ndim + 2} dimensions (N, C and {ndim} spatial), or {ndim + 1} without a batch"
        raise ValueError(
            f"input must have {expected if ndim > 0 else 'at least 3 dimensions (N, C, *S)'}, "
            f"but got {input.ndim}: {tuple(input.shape)}"
        )


_T = TypeVar("_T")


def one_an_axis(value: _T | Sequence[_T], ndim: int, name: str = "kernel_size") -> Sequence[_T]:
    """Return one number an axis, so that the rank is the caller's and an input without a batch is known as such."""
    if isinstance(value, int) or not isinstance(value, tuple | Sequence):  # a tuple is found 0.2 us sooner by name
        return (value,) * ndim
    if len(value) != ndim:
        integers(value, ndim, name, 1)  # which refuses
    return value


def spatial_axes(input: Tensor) -> tuple[int, ...]:
    """Return the spatial axes of an (N, C, *S) input; ValueError if it has none."""
    if input.ndim < 3:
        raise ValueError(f"input must have at least 3 dimensions (N, C, *S), but got {tuple(input.shape)}")
    return tuple(range(2, input.ndim))
