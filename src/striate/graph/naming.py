"""What a function is called, and what it does to its arguments."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from inspect import signature
from types import FunctionType
from typing import Any

import torch
from torch import Tensor

# Tensors that take no more than size and dtype from their argument
CONSTANTS = frozenset(
    {
        *("zeros_like", "ones_like", "empty_like", "full_like", "rand_like", "randn_like", "randint_like"),
        *("new_zeros", "new_ones", "new_empty", "new_full", "new_tensor"),
    }
)


# Functions that take no more than shape or dtype from their second argument
LIKE_ANOTHER = frozenset({"view_as", "reshape_as", "expand_as", "type_as", "to"})

# What moves nothing and computes nothing: such calls are followed, and are no row of a table
VIEWS = frozenset(
    {
        *("view", "reshape", "flatten", "unflatten", "ravel", "view_as", "reshape_as", "permute", "t", "mT", "T"),
        *("transpose", "swapaxes", "swapdims", "movedim", "moveaxis", "expand", "expand_as", "broadcast_to", "detach"),
        *("unsqueeze", "squeeze", "chunk", "split", "tensor_split", "split_with_sizes", "narrow", "unbind", "select"),
        *("__getitem__", "contiguous", "to", "type", "type_as", "requires_grad_", "data"),
    }
)


@cache
def name_of(function: Callable[..., Any]) -> str:
    """Return the name by which rules know a function of torch.

    >>> name_of(torch.Tensor.add_), name_of(torch.nn.functional.unfold), name_of(torch.Tensor.unfold)
    ('add_', 'unfold', 'Tensor.unfold')
    """
    if isinstance(function, torch._ops.OpOverload | torch._ops.OpOverloadPacket):
        namespace, _, name = str(function).partition(".")
        name = name.partition(".")[0]
        return name if namespace == "aten" else f"{namespace}.{name}"
    if function is Tensor.unfold:
        return "Tensor.unfold"
    if getattr(function, "__name__", "") == "__get__":  # of an attribute, such as `tensor.T`
        return str(getattr(getattr(function, "__self__", None), "__name__", "__get__"))
    return str(getattr(function, "__name__", "function"))


def written_by(
    function: Callable[..., Any], name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Tensor | None:
    """Return the tensor that a call works on in place, or None."""
    if isinstance(kwargs.get("out"), Tensor):
        return kwargs["out"]  # type: ignore[no-any-return]
    operator = name.startswith("__") and (name == "__setitem__" or name[2] == "i")
    method = name.endswith("_") and not name.startswith("_")
    asked = kwargs.get("inplace", False) or ("inplace" in _parameters(function) and _given(function, args))
    if args and isinstance(args[0], Tensor) and (operator or method or asked):
        return args[0]
    return None


@cache
def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(signature(function).parameters) if isinstance(function, FunctionType) else ()


def _given(function: Callable[..., Any], args: Sequence[Any]) -> bool:
    """Return a positional `inplace`."""
    place = _parameters(function).index("inplace")
    return place < len(args) and bool(args[place])
