"""One layer, and what the gauntlet must know to run it."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn


def alone(input: Tensor) -> tuple[Tensor, ...]:
    """The arguments of a layer that takes its input alone."""
    return (input,)


@dataclass(frozen=True)
class Case:
    """A layer under test.

    Args:
        name: the test's name.
        build: makes the layer; called anew by each check, which seeds torch's generator before.
        input: shape, (N, C, *S).
        output: shape that striate's arithmetic gives.
        refused: shape of an input that the layer must refuse with a ValueError.
        says: what the refusal's message must match, as a regular expression.
        lazy: makes the lazy form, or None where the layer needs no channel count.
        arguments: makes the layer's arguments from its input, where there are more (a mask, indices).
        unbatched: whether (C, *S) is taken too.
        differentiable: whether the gradient by the input exists everywhere, so that finite differences can check it.
        exports: whether `torch.export` records it.
    """

    name: str
    build: Callable[[], nn.Module]
    input: tuple[int, ...]
    output: tuple[int, ...]
    refused: tuple[int, ...]
    says: str
    lazy: Callable[[], nn.Module] | None = None
    arguments: Callable[[Tensor], tuple[object, ...]] = alone
    unbatched: bool = True
    differentiable: bool = True
    exports: bool = True
