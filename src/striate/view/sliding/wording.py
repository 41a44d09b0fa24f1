"""What a drawing says in words."""

from collections import Counter
from collections.abc import Sequence

from striate.arithmetic import Sliding, Touch

# What taps touch, one and many: by the output that reads, and by the transposed convolution's input that is spread
_READ = {
    "element": ("input", "inputs"),
    "copy": ("copy", "copies"),
    "zeros": ("zero", "zeros"),
    "constant": ("constant", "constants"),
    "mean": ("mean", "means"),
}
_REACHED = {
    "element": ("output", "outputs"),
    "copy": ("place folded back", "places folded back"),
    "zeros": ("place left out", "places left out"),
    "mean": ("place shared by all", "places shared by all"),
}


def headline(sliding: Sliding, groups: int = 1) -> str:
    """Return what is drawn, in a line: the kernel, and what is not the default.

    >>> from striate.arithmetic import Geometry
    >>> headline(Sliding.of(Geometry.of(3, stride=2, padding="causal"), 9))
    'Convolution: kernel 3, stride 2, padding 2:0'
    """
    windows = sliding.windows
    said = [f"kernel {by_axis([window.kernel for window in windows])}"]
    for name in ("stride", "dilation"):
        values = [getattr(window, name) for window in windows]
        if set(values) != {1}:
            said.append(f"{name} {_same(values)}")
    amounts = [f"{w.before}" if w.before == w.after else f"{w.before}:{w.after}" for w in windows]
    if set(amounts) != {"0"}:
        said.append(f"padding {_same(amounts)}")
    if set(sliding.modes) != {"zeros"}:
        said.append(_same(sliding.modes))
    if groups > 1:
        said.append(f"{groups} groups")
    kind = "Transposed convolution" if sliding.transposed else "Convolution"
    return f"{kind}: {', '.join(said)}"


def caption(sliding: Sliding, position: Sequence[int], touches: Sequence[Touch]) -> str:
    """Return what one position touches, counted.

    >>> from striate.arithmetic import Geometry
    >>> layer = Sliding.of(Geometry.of(3, padding=1), 4)
    >>> caption(layer, (0,), layer.touches((0,)))
    'output (0) reads 2 inputs and 1 zero'
    """
    kinds = Counter(sliding.standing(touch.place) for touch in touches)
    words = _REACHED if sliding.transposed else _READ
    parts = [f"{kinds[kind]} {word[kinds[kind] > 1]}" for kind, word in words.items() if kinds[kind]]
    what = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    who, does = ("input", "reaches") if sliding.transposed else ("output", "reads")
    return f"{who} ({', '.join(map(str, position))}) {does} {what}"


def by_axis(values: Sequence[object]) -> str:
    """Return a value an axis as text.

    >>> by_axis((3, 4))
    '3 x 4'
    """
    return " x ".join(map(str, values))


def _same(values: Sequence[object]) -> str:
    """Return values of each axis, or the one that they are all."""
    return str(values[0]) if len(set(values)) == 1 else by_axis(values)
