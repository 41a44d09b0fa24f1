"""One way of computing a problem, ready to run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor


@dataclass(frozen=True, eq=False)
class Contender:
    """A computation on operands that lie ready in the library's own form and layout.

    Args:
        name: the library, and the layout if it was given a choice: `"torch nhwc"`.
        run: what is timed; returns when the results are there.
        tensors: turns what `run` returns into tensors, (N, O, *T) and the gradients if asked for; not timed.
    """

    name: str
    run: Callable[[], Any]
    tensors: Callable[[Any], Sequence[Tensor]]


class CannotRunError(Exception):
    """A library does not know such a problem; the message says what of it."""
