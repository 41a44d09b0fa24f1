"""The bounded caches of what is worked out once for many calls."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

import torch

_P = ParamSpec("_P")
_R = TypeVar("_R")

_is_compiling = torch.compiler.is_compiling  # looked up once: 0.1 us of every call


def remembered(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Keep the last 4096 results by argument; lists in the arguments are taken as tuples.

    While `torch.compile` or `torch.export` traces, each result is worked out anew: a traced size may be symbolic and
    has no place in a cache, and torch's tracer warns about caches that it meets.
    """
    cached: Callable[..., _R] = lru_cache(maxsize=4096)(function)

    @wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        if _is_compiling():
            return function(*args, **kwargs)
        try:
            return cached(*args, **kwargs)
        except TypeError:  # a list among them, which cannot be looked up
            plain = tuple(map(_hashable, args))
        return cached(*plain, **kwargs)

    return call


def _hashable(value: object) -> object:
    return tuple(map(_hashable, value)) if isinstance(value, list | tuple) else value
