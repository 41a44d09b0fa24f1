"""The windows of adaptive and fractional pooling: sizes that follow from the output's, not from a stride."""

from collections.abc import Sequence

from striate.arithmetic.arguments import integer, integers


def adaptive_windows(size: int, outputs: int) -> list[range]:
    """Return the elements of a signal of `size` that each of `outputs` windows reads.

    Window `o` starts at `floor(o * size / outputs)` and ends before `ceil((o + 1) * size / outputs)`: neighbours share
    an element where the division leaves a rest, and windows repeat where there are more of them than elements.

    Raises:
        ValueError: a size or a number of windows below 1.

    >>> adaptive_windows(5, 3)
    [range(0, 2), range(1, 4), range(3, 5)]
    """
    integer(size, "size", 1)
    integer(outputs, "outputs", 1)
    return [range(o * size // outputs, -(-(o + 1) * size // outputs)) for o in range(outputs)]


def adaptive_size(output_size: object, size: Sequence[int]) -> tuple[int, ...]:
    """Normalise the `output_size` of an adaptive pooling of a signal of `size`: None along an axis keeps it.

    Raises:
        ValueError: a size below 1, a wrong number of axes, or an axis without elements.
    """
    if isinstance(output_size, Sequence) and not isinstance(output_size, str) and len(output_size) == len(size):
        output_size = [n if wanted is None else wanted for wanted, n in zip(output_size, size, strict=True)]
    if 0 in size:
        raise ValueError(f"input has no elements to pool: its spatial size is {tuple(size)}")
    return integers(output_size, len(size), "output_size", 1)


def fractional_size(
    size: Sequence[int], kernel: Sequence[int], output_size: object = None, output_ratio: object = None
) -> tuple[int, ...]:
    """Return the spatial size of a fractional pooling's output: the one given, or `floor(size * ratio)`.

    Raises:
        ValueError: both or neither of output size and ratio, a ratio that is not between 0 and 1, or more windows of
            this kernel than the input has places for.

    >>> fractional_size((32, 32), (2, 2), output_ratio=0.7)
    (22, 22)
    """
    if (output_size is None) == (output_ratio is None):
        raise ValueError(f"give one of output_size and output_ratio, but got {output_size} and {output_ratio}")
    if output_size is not None:
        outputs = integers(output_size, len(size), "output_size", 1)
    else:
        ratios = ratios_argument(output_ratio, len(size))
        outputs = tuple(int(n * ratio) for n, ratio in zip(size, ratios, strict=True))
    for n, k, count in zip(size, kernel, outputs, strict=True):
        if not 1 <= count <= n - k + 1:
            raise ValueError(
                f"fractional pooling of {n} elements with kernel size {k} has 1 to {n - k + 1} outputs, but "
                f"{f'output_size is {count}' if output_ratio is None else f'output_ratio {output_ratio} gives {count}'}"
            )
    return outputs


def ratios_argument(value: object, ndim: int) -> tuple[float, ...]:
    """Return one `output_ratio` an axis; ValueError unless each lies between 0 and 1."""
    items = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value,) * ndim
    ratios = tuple(item for item in items if isinstance(item, float) and 0 < item < 1)
    if len(items) != ndim or len(ratios) != ndim:
        raise ValueError(f"output_ratio must be a float between 0 and 1, or one an axis ({ndim}), but got {value!r}")
    return ratios
