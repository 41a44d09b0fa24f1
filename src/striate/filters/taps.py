"""What the filters are made of: products of one-axis taps, and places counted from the middle."""

from collections.abc import Sequence
from functools import reduce

import torch
from torch import Tensor

from striate.arithmetic.arguments import integer


def outer(taps: Sequence[Tensor]) -> Tensor:
    """Return the product of the taps of each axis, (1, 1, *S)."""
    product = reduce(lambda product, axis: product.unsqueeze(-1) * axis, taps)
    return product[None, None]


def weight_of(rows: Sequence[Sequence[float]]) -> Tensor:
    """Return one two-dimensional filter, (1, 1, H, W)."""
    return torch.tensor(rows, dtype=torch.float64)[None, None]


def places(size: int) -> Tensor:
    """Return the places of `size` taps, counted from the middle one."""
    return torch.arange(size, dtype=torch.float64) - (size - 1) / 2


def identity(size: int, ndim: int) -> Tensor:
    """Return the filter that changes nothing, (1, 1, *S), of an odd size."""
    return outer([(places(size) == 0).double()] * ndim)


def single(weight: Tensor) -> Tensor:
    """Return what was computed in float64 as a weight of torch's default dtype."""
    return weight.to(torch.get_default_dtype())


def odd(size: object, name: str = "size") -> int:
    """Return a size that has a middle; ValueError otherwise."""
    checked = integer(size, name, 1)
    if checked % 2 == 0:
        raise ValueError(f"{name} must be odd, so that a tap is in the middle, but got {checked}")
    return checked


def positive(value: float, name: str) -> float:
    """Return a number above 0; ValueError otherwise."""
    if not value > 0:
        raise ValueError(f"{name} must be above 0, but got {value}")
    return float(value)
