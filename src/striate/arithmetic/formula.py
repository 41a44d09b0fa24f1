"""The formulas of the output's size with the numbers in them."""

from striate.arithmetic.transposed import TransposedWindow
from striate.arithmetic.window import Window


def size_formula(window: Window, size: int) -> str:
    """Return how a convolution's output size follows from its input's along one axis.

    Raises:
        ValueError: the window is larger than the padded input.

    Source: V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016, relationship 15.

    >>> size_formula(Window(kernel=3, stride=2, before=1, after=1), 7)
    'floor((7 + 1 + 1 - 1*(3 - 1) - 1) / 2) + 1 = 4'
    """
    padded = f"{size}{_signed(window.before)}{_signed(window.after)}"
    reach = f"{window.dilation}*({window.kernel} - 1)"
    return f"floor(({padded} - {reach} - 1) / {window.stride}) + 1 = {window.output_size(size)}"


def transposed_size_formula(axis: TransposedWindow, size: int) -> str:
    """Return how a transposed convolution's output size follows from its input's along one axis.

    Raises:
        ValueError: nothing is left.

    Source: V. Dumoulin and F. Visin, 2016, relationship 14, with dilation and both paddings.

    >>> transposed_size_formula(TransposedWindow.of((1, 1), kernel=3, stride=2, output_padding=1), 7)
    '(7 - 1)*2 + 1*(3 - 1) + 1 - 1 - 1 + 1 = 14'
    """
    window = axis.window
    spread = f"({size} - 1)*{window.stride} + {window.dilation}*({window.kernel} - 1) + 1"
    ends = f"{_signed(-window.before)}{_signed(-window.after)}{_signed(axis.output_padding)}"
    return f"{spread}{ends} = {axis.output_size(size)}"


def _signed(amount: int) -> str:
    return f" - {-amount}" if amount < 0 else f" + {amount}"
