"""An operation's window in a few words."""

from collections.abc import Sequence
from itertools import zip_longest

from striate.graph.axis import AxisMap, Chain, Resized, Sliding, TransposedSliding, Union
from striate.graph.recording import Operation


def window_text(operation: Operation, ndim: int) -> str:
    """Return the windows of an operation: taps, then what is not the default of stride, padding, dilation and border.

    A transposed window begins with "t", a resizing says inputs and outputs; what has no window gives "".

    >>> from torch import nn, zeros
    >>> from striate.graph import record
    >>> found = record(nn.Sequential(nn.Conv2d(3, 4, 7, 2, 3, padding_mode="reflect")), zeros(1, 3, 32, 32))
    >>> window_text(found.operations[0], 2)
    '7x7 s2 p3 reflect'
    """
    for link in operation.links:
        maps = [link.maps[axis] for axis in range(ndim)]
        known = [_windows(map) for map in maps]
        texts = [_text(axes) for axes in zip_longest(*known)]
        if any(texts):
            return ", ".join(filter(None, texts))
    return ""


def _windows(map: AxisMap) -> list[AxisMap]:
    """Return the windows in a map, the first to slide first."""
    if isinstance(map, Chain):
        return [*_windows(map.first), *_windows(map.last)]
    if isinstance(map, Union):
        return [found for part in map.maps for found in _windows(part)]
    return [map] if isinstance(map, Sliding | TransposedSliding | Resized) else []


def _text(axes: Sequence[AxisMap | None]) -> str:
    resized = [map for map in axes if isinstance(map, Resized)]
    if resized:
        return "x".join(f"{map.inputs}>{map.outputs}" for map in resized)
    sliding = [map for map in axes if isinstance(map, Sliding | TransposedSliding)]
    if not sliding:
        return ""
    windows = [map.window for map in sliding]
    words = ["x".join(str(window.kernel) for window in windows)]
    for letter, values, default in (
        ("s", [str(window.stride) for window in windows], "1"),
        ("p", [_amounts(window.before, window.after) for window in windows], "0"),
        ("d", [str(window.dilation) for window in windows], "1"),
        ("", [map.mode for map in sliding], "zeros"),
    ):
        if set(values) != {default}:
            words.append(letter + (values[0] if len(set(values)) == 1 else "x".join(values)))
    return ("t" if isinstance(sliding[0], TransposedSliding) else "") + " ".join(words)


def _amounts(before: int, after: int) -> str:
    return str(before) if before == after else f"{before}:{after}"
