"""The activations that a convolution may end in: their names, numbers, functions and derivatives."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from striate.arithmetic.arguments import choice

# By the numbers that the compiled operators take (csrc/epilogue.hpp); 0 is none.
CODES = {"relu": 1, "relu6": 2, "silu": 3, "gelu": 4}

FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {"relu": F.relu, "relu6": F.relu6, "silu": F.silu, "gelu": F.gelu}


def _by_relu(grad: Tensor, output: Tensor) -> Tensor:
    result: Tensor = torch.ops.aten.threshold_backward(grad, output, 0)
    return result


def _by_relu6(grad: Tensor, output: Tensor) -> Tensor:
    result: Tensor = torch.ops.aten.hardtanh_backward(grad, output, 0, 6)
    return result


# The gradient by an activation's input, from that by its output and the output itself, which tells what those of `silu`
# and `gelu` do not: they are computed after the sum where a gradient is recorded.
DERIVATIVES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"relu": _by_relu, "relu6": _by_relu6}


def activation_argument(value: object) -> str | None:
    """Return a known activation or None; a ValueError lists the known ones."""
    return None if value is None else choice(value, tuple(CODES), "activation")


def activated(tensor: Tensor, activation: str | None) -> Tensor:
    """Return the activation of a tensor, by torch; the tensor itself for None. ValueError for a complex one."""
    if activation is None:
        return tensor
    if tensor.is_complex():
        raise ValueError(f"activation {activation!r} needs real tensors, but got complex ones")
    return FUNCTIONS[activation](tensor)
