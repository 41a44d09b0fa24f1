"""The filters by name, with arguments in text: what the command line offers."""

import inspect
from collections.abc import Callable
from functools import partial
from types import MappingProxyType

import torch
from torch import Tensor

from striate.arithmetic.arguments import choice
from striate.filters.edges import laplacian, laplacian_of_gaussian, line, prewitt, scharr, sobel
from striate.filters.sharpening import emboss, sharpen, unsharp
from striate.filters.smoothing import box, gaussian, motion_blur
from striate.filters.wavelets import gabor, haar

FILTERS: MappingProxyType[str, Callable[..., Tensor]] = MappingProxyType(
    {
        "box": box,
        "emboss": emboss,
        "gabor": gabor,
        "gaussian": gaussian,
        "haar": haar,
        "laplacian": laplacian,
        "line": line,
        "line-horizontal": partial(line, 0),
        "line-vertical": partial(line, 90),
        "log": laplacian_of_gaussian,
        "motion-blur": motion_blur,
        "prewitt": prewitt,
        "scharr": scharr,
        "sharpen": sharpen,
        "sobel": sobel,
        "unsharp": unsharp,
    }
)
_FIXED = ("angles", "ndim")  # a list has no place in the text, and an image has two axes


def filters_of(text: str) -> Tensor:
    """Return the filters that a text names: `"sobel"`, `"gaussian:sigma=2"`, `"gabor:wavelength=8,orientations=6"`.

    Args:
        text: a name in `FILTERS`; after a colon numbers by the names of the function's arguments.

    Returns:
        (K, 1, H, W).

    Raises:
        ValueError: an unknown name or argument (the known ones are listed), or what is no number.

    >>> filters_of("gaussian:sigma=0.5").shape
    torch.Size([1, 1, 5, 5])
    """
    name, _, words = text.partition(":")
    make = FILTERS[choice(name, tuple(FILTERS), "kernel")]
    parameters = inspect.signature(make).parameters
    known = tuple(word for word in parameters if word not in _FIXED)
    values: dict[str, int | float | bool] = {}
    for word in filter(None, words.split(",")):
        key, _, value = word.partition("=")
        if key not in known:
            raise ValueError(f"kernel {name!r} has {_listed(known)}, but got {key!r} in {text!r}")
        values[key] = _number(value, key, text, isinstance(parameters[key].default, bool))
    return make(**values)


def filters_of_all(texts: list[str]) -> Tensor:
    """Return the filters of several texts, (K, 1, H, W); smaller ones stand in the middle of zeros."""
    weights = [filters_of(text) for text in texts]
    height, width = (max(weight.shape[axis] for weight in weights) for axis in (2, 3))
    return torch.cat([_framed(weight, height, width) for weight in weights])


def _framed(weight: Tensor, height: int, width: int) -> Tensor:
    # "same" padding has its odd element after, so the middle of an even kernel is the first of its two middle taps.
    missing = height - weight.shape[2], width - weight.shape[3]
    before = [(size - 1) // 2 - (own - 1) // 2 for size, own in zip((height, width), weight.shape[2:], strict=True)]
    down, right = before
    return torch.nn.functional.pad(weight, (right, missing[1] - right, down, missing[0] - down))


def _number(value: str, key: str, text: str, yes_or_no: bool) -> float | int | bool:
    if yes_or_no and value in {"true", "false"}:
        return value == "true"
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    raise ValueError(f"{key} must be a number, but got {value!r} in {text!r}")


def _listed(known: tuple[str, ...]) -> str:
    return f"the arguments {', '.join(known)}" if known else "no arguments"
