"""`STRIATE_VERBOSE=1`: one line on stderr for each computation, with its problem, kernel and microseconds."""

import os
import sys
import time
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from striate.engine.kernel import KernelCall

_P = ParamSpec("_P")
_R = TypeVar("_R")

VERBOSE = os.environ.get("STRIATE_VERBOSE", "0") not in {"", "0"}


def reported(direction: str) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Make a function whose last argument is a `KernelCall` report each call; without the variable, leave it alone."""

    def decorate(function: Callable[_P, _R]) -> Callable[_P, _R]:
        if not VERBOSE:
            return function

        @wraps(function)
        def timed(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            start = time.perf_counter_ns()
            result = function(*args, **kwargs)
            microseconds = (time.perf_counter_ns() - start) / 1000
            call: KernelCall = args[-1]  # type: ignore[assignment]
            name = call.kernel_name(direction)
            sys.stderr.write(f"striate {direction} {call.problem} {name} {microseconds:.1f} us\n")
            return result

        return timed

    return decorate
