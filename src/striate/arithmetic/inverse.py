"""The arithmetic read backwards: which inputs, or which padding, give an output of this size."""

from striate.arithmetic.arguments import integer
from striate.arithmetic.window import Window


def input_sizes(window: Window, output: int) -> range:
    """Return the input sizes that `window` turns into `output` elements; `stride` of them, or fewer from 0 up.

    >>> list(input_sizes(Window(kernel=3, stride=2), output=4))
    [9, 10]
    """
    integer(output, "output", 1)
    smallest = (output - 1) * window.stride + window.extent - window.before - window.after
    return range(max(smallest, 0), max(smallest + window.stride, 0))


def padding_totals(size: int, output: int, kernel: int, stride: int = 1, dilation: int = 1) -> range:
    """Return the sums `before + after` with which an input of `size` gives `output` elements; negative ones crop.

    >>> list(padding_totals(size=7, output=4, kernel=3, stride=2))
    [2, 3]
    """
    integer(output, "output", 1)
    smallest = (output - 1) * stride + Window(kernel, stride, dilation).extent - size
    return range(smallest, smallest + stride)


def solve_padding(size: int, output: int, kernel: int, stride: int = 1, dilation: int = 1) -> tuple[int, int]:
    """Return the padding (before, after) nearest to none that gives `output` elements, an odd element after.

    >>> solve_padding(size=224, output=112, kernel=7, stride=2)
    (2, 3)
    """
    total = min(padding_totals(size, output, kernel, stride, dilation), key=abs)
    return total // 2, total - total // 2
