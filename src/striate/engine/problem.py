"""A convolution as integers, and its one text form; csrc/problem_text.cpp reads and writes the same."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from striate.arithmetic import Window

MODES = ("zeros", "constant", "reflect", "symmetric", "replicate", "circular")
DTYPES = ("f32", "f64")
LAYOUTS = ("nchw", "nhwc", "strided")
_FIELDS = "bcogiksdpmv"


@dataclass(frozen=True)
class Problem:
    """What a kernel is asked for.

    Args:
        batch: samples.
        in_channels: channels of the input.
        out_channels: channels of the output.
        size: spatial size of the input, 1 to 3 axes.
        kernel: taps an axis.
        groups: channel groups.
        stride: step between two outputs an axis; 1 everywhere if left out.
        dilation: step between two taps an axis; 1 everywhere if left out.
        padding: (before, after) an axis, negative to crop; none if left out.
        modes: border rule an axis; `"zeros"` everywhere if left out.
        value: the value outside the signal along axes with the rule `"constant"`.
        dtype: `"f32"` or `"f64"`.
        layout: `"nchw"` (contiguous), `"nhwc"` (channels_last) or `"strided"` (any other), whatever the rank.
        name: any words, such as the layer's name; no double quotes.

    Raises:
        ValueError: an axis too many or too few, a number out of range, an unknown word, a kernel that does not fit.

    >>> str(Problem(8, 64, 64, size=(56, 56), kernel=(3, 3), padding=((1, 1), (1, 1)), name="conv2_x"))
    'b8 c64 o64 i56x56 k3x3 p1:1x1:1 "conv2_x"'
    """

    batch: int
    in_channels: int
    out_channels: int
    size: tuple[int, ...]
    kernel: tuple[int, ...]
    groups: int = 1
    stride: tuple[int, ...] = ()
    dilation: tuple[int, ...] = ()
    padding: tuple[tuple[int, int], ...] = ()
    modes: tuple[str, ...] = ()
    value: float = 0.0
    dtype: str = "f32"
    layout: str = "nchw"
    name: str = ""

    def __post_init__(self) -> None:
        ndim = len(self.size)
        if not 1 <= ndim <= 3:
            raise ValueError(f"problem: size {self.size} has {ndim} axes, but 1 to 3 are known")
        for field, standard in (("stride", 1), ("dilation", 1), ("padding", (0, 0)), ("modes", "zeros")):
            if not getattr(self, field):
                object.__setattr__(self, field, (standard,) * ndim)
        for field in ("kernel", "stride", "dilation", "padding", "modes"):
            if len(getattr(self, field)) != ndim:
                raise ValueError(f"problem: {field} {getattr(self, field)} needs {ndim} values, as size {self.size}")
        self._check_border()
        self._check_numbers()

    def _check_border(self) -> None:
        for mode in self.modes:
            if mode not in MODES:
                raise ValueError(f"problem: modes has {mode!r}, which is none of {', '.join(MODES)}")
        if self.value != 0.0 and "constant" not in self.modes:
            raise ValueError(f"problem: value {self.value} needs a rule 'constant', but modes is {self.modes}")
        if self.value != 0.0 and "zeros" in self.modes:
            raise ValueError(f"problem: there is one value outside, but modes {self.modes} asks for zeros as well")
        if self.value == 0.0:  # a constant of zero is the rule `zeros`
            object.__setattr__(self, "value", 0.0)
            object.__setattr__(self, "modes", tuple("zeros" if m == "constant" else m for m in self.modes))

    def _check_numbers(self) -> None:
        least = {"batch": 0, "in_channels": 0, "out_channels": 1, "groups": 1}
        for field, minimum in least.items():
            if getattr(self, field) < minimum:
                raise ValueError(f"problem: {field} must be at least {minimum}, but got {getattr(self, field)}")
        for field in ("in_channels", "out_channels"):
            if getattr(self, field) % self.groups:
                raise ValueError(f"problem: groups {self.groups} must divide {field} {getattr(self, field)}")
        if self.dtype not in DTYPES:
            raise ValueError(f"problem: dtype must be one of {', '.join(DTYPES)}, but got {self.dtype!r}")
        if self.layout not in LAYOUTS:
            raise ValueError(f"problem: layout must be one of {', '.join(LAYOUTS)}, but got {self.layout!r}")
        if '"' in self.name or "\n" in self.name:
            raise ValueError(f"problem: name must be one line without double quotes, but got {self.name!r}")
        if min(self.size) < 1:
            raise ValueError(f"problem: size must be at least 1 on every axis, but got {self.size}")
        _ = self.output_size

    @property
    def ndim(self) -> int:
        """Number of spatial axes."""
        return len(self.size)

    @property
    def output_size(self) -> tuple[int, ...]:
        """Spatial size of the output."""
        windows = zip(self.kernel, self.stride, self.dilation, self.padding, self.size, strict=True)
        return tuple(Window(k, s, d, *pair).output_size(n) for k, s, d, pair, n in windows)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(N, C, *S)."""
        return (self.batch, self.in_channels, *self.size)

    @property
    def weight_shape(self) -> tuple[int, ...]:
        """(O, C / groups, *K)."""
        return (self.out_channels, self.in_channels // self.groups, *self.kernel)

    @property
    def output_shape(self) -> tuple[int, ...]:
        """(N, O, *T)."""
        return (self.batch, self.out_channels, *self.output_size)

    def __str__(self) -> str:
        words = [f"b{self.batch}", f"c{self.in_channels}", f"o{self.out_channels}"]
        words += [f"g{self.groups}"] if self.groups != 1 else []
        words += ["i" + _joined(self.size), "k" + _joined(self.kernel)]
        words += ["s" + _joined(self.stride)] if set(self.stride) != {1} else []
        words += ["d" + _joined(self.dilation)] if set(self.dilation) != {1} else []
        words += ["p" + _joined([f"{b}:{a}" for b, a in self.padding])] if set(self.padding) != {(0, 0)} else []
        if set(self.modes) != {"zeros"}:
            words.append("m" + (self.modes[0] if len(set(self.modes)) == 1 else _joined(self.modes)))
        words += [f"v{_shortest(self.value)}"] if self.value != 0.0 else []
        words += [self.dtype] if self.dtype != "f32" else []
        words += [self.layout] if self.layout != "nchw" else []
        words += [f'"{self.name}"'] if self.name else []
        return " ".join(words)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form: words in any order, each field once, the name last in double quotes.

        ```
        b8 c64 o128 g2 i56x56 k3x3 s2x2 d1x2 p1:1x0:2 mreflectxcircular f64 nhwc "stem"
        ```

        Batch, channels of input and output, groups; then one value an axis, joined by x: input size, kernel, stride,
        dilation, padding (before:after), border rule (once if all axes share it); `v1.5` is the value of a rule
        `constant`. What stands at its default may be left out, and is when a problem is printed.

        Raises:
            ValueError: the word that is wrong, and what was expected; or what the class refuses.

        >>> Problem.parse("b1 c3 o8 i32 k5 s2 p2:2").output_shape
        (1, 8, 16)
        """
        plain, name = _split_name(text)
        words: dict[str, str] = {}
        for word in plain.split():
            field = "layout" if word in LAYOUTS else "dtype" if word in DTYPES else word[0]
            if field not in {"layout", "dtype", *_FIELDS}:
                raise ValueError(
                    f"problem: {word!r} begins with none of the fields {_FIELDS} and is none of "
                    f"{', '.join(DTYPES + LAYOUTS)}"
                )
            if field in words:
                raise ValueError(f"problem: {words[field]!r} and {word!r} are the same field")
            words[field] = word
        for field in "bcoik":
            if field not in words:
                raise ValueError(f"problem: the field {field!r} is missing")
        ndim = words["i"].count("x") + 1
        modes = _values(words, "m", ndim) if "x" in words.get("m", "") else (words.get("m", "mzeros")[1:],) * ndim
        return cls(
            batch=_integer(words["b"][1:], words["b"]),
            in_channels=_integer(words["c"][1:], words["c"]),
            out_channels=_integer(words["o"][1:], words["o"]),
            groups=_integer(words.get("g", "g1")[1:], words.get("g", "g1")),
            size=_integers(words, "i", ndim),
            kernel=_integers(words, "k", ndim),
            stride=_integers(words, "s", ndim),
            dilation=_integers(words, "d", ndim),
            padding=_pairs(words, ndim),
            modes=tuple(modes),
            value=_real(words["v"]) if "v" in words else 0.0,
            dtype=words.get("dtype", "f32"),
            layout=words.get("layout", "nchw"),
            name=name,
        )


def _joined(values: Sequence[object]) -> str:
    return "x".join(map(str, values))


def _shortest(value: float) -> str:
    """Return the shortest decimal that reads back as the same number, as C prints it."""
    return next(text for digits in range(1, 18) if float(text := f"{value:.{digits}g}") == value)


def _split_name(text: str) -> tuple[str, str]:
    plain, quote, rest = text.partition('"')
    if quote and (len(rest) < 2 or rest.find('"') != len(rest) - 1):
        raise ValueError(f"problem: a name stands last, in double quotes, but got {text!r}")
    return plain, rest[:-1]


def _integer(text: str, word: str) -> int:
    if not re.fullmatch(r"-?[0-9]+", text):
        raise ValueError(f"problem: {word!r} needs an integer where it has {text!r}")
    return int(text)


def _real(word: str) -> float:
    if not re.fullmatch(r"-?(inf|[0-9]+(\.[0-9]*)?(e[+-]?[0-9]+)?)", word[1:]):
        raise ValueError(f"problem: {word!r} needs a number where it has {word[1:]!r}")
    return float(word[1:])


def _values(words: dict[str, str], field: str, ndim: int) -> list[str]:
    values = words[field][1:].split("x")
    if len(values) != ndim:
        axes = words["i"]
        raise ValueError(f"problem: {words[field]!r} must have one value an axis of {axes!r}, but has {len(values)}")
    return values


def _integers(words: dict[str, str], field: str, ndim: int) -> tuple[int, ...]:
    if field not in words:
        return ()
    return tuple(_integer(value, words[field]) for value in _values(words, field, ndim))


def _pairs(words: dict[str, str], ndim: int) -> tuple[tuple[int, int], ...]:
    pairs = []
    for pair in _values(words, "p", ndim) if "p" in words else ():
        before, colon, after = pair.partition(":")
        if not colon:
            raise ValueError(f"problem: {words['p']!r} needs before:after where it has {pair!r}")
        pairs.append((_integer(before, words["p"]), _integer(after, words["p"])))
    return tuple(pairs)
