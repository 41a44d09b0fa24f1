"""The padding words, as amounts before and after the signal."""

from striate.arithmetic.arguments import choice, pairs

PADDING_WORDS = ("valid", "same", "same_lower", "full", "causal")

Padding = str | tuple[tuple[int, int], ...]


def padding_argument(value: object, ndim: int) -> Padding:
    """Normalise a `padding` argument: one of the words, or one (before, after) pair an axis.

    Args:
        value: an int for every side; one int an axis; one (before, after) pair an axis, negative to crop; or a word.
        ndim: number of axes.

    Raises:
        ValueError: an unknown word (the known ones are listed), or a wrong number of axes.
        TypeError: an amount that is no int.
    """
    return choice(value, PADDING_WORDS, "padding") if isinstance(value, str) else pairs(value, ndim, "padding")


def padding_amounts(word: str, size: int, kernel: int, stride: int = 1, dilation: int = 1) -> tuple[int, int]:
    """Return what a padding word means along one axis: elements (before, after).

    Args:
        word: `"valid"`: none. `"same"`: the output has `ceil(size / stride)` elements, and an odd element goes after
            (TensorFlow's SAME, ONNX's SAME_UPPER; torch's `"same"` at stride 1); `"same_lower"`: it goes before.
            `"full"`: every position that touches the signal. `"causal"`: no output reads ahead of its own input.
        size: elements of the signal.
        kernel: taps of the window.
        stride: step between two outputs.
        dilation: step between two taps.

    >>> padding_amounts("same", size=224, kernel=7, stride=2)
    (2, 3)
    """
    choice(word, PADDING_WORDS, "padding")
    reach = dilation * (kernel - 1)
    if word == "valid":
        return 0, 0
    if word == "full":
        return reach, reach
    if word == "causal":
        return reach, 0
    # (ceil(size / stride) - 1) * stride + reach + 1 - size, in a form whose traces stay short where size is symbolic
    total = reach - (size - 1) % stride
    total = max(total, 0) if reach < stride - 1 else total
    smaller, larger = total // 2, total - total // 2
    return (smaller, larger) if word == "same" else (larger, smaller)
