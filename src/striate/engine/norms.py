"""The p-norm over windows: what each element is raised to, and the root, with gradients of 0 where the norm is 0."""

from math import inf
from numbers import Real

import torch
from torch import Tensor


def norm_type_argument(value: object) -> float:
    """Return `norm_type` as a float above 0, infinity included; ValueError otherwise."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"norm_type must be a number, but got {value!r} of type {type(value).__name__}")
    number = float(value)
    if not number > 0:
        raise ValueError(f"norm_type must be above 0 (inf takes the largest magnitude), but got {value!r}")
    return number


def powers(input: Tensor, norm_type: float) -> Tensor:
    """Return |x|^p, or |x| for the maximum norm."""
    magnitude = input.abs()
    if norm_type in {1.0, inf}:
        return magnitude
    if norm_type == 2.0:
        return magnitude.square()
    if norm_type > 1:
        return magnitude.pow(norm_type)
    return _where_not_zero(magnitude, norm_type)


def root(sums: Tensor, norm_type: float) -> Tensor:
    """Return the p-th root of sums of powers."""
    return sums if norm_type in {1.0, inf} else _where_not_zero(sums, 1 / norm_type)


def _where_not_zero(base: Tensor, exponent: float) -> Tensor:
    """Return the power, which has an infinite derivative at 0; times the inner derivative of 0 it would be NaN."""
    zero = base == 0
    base = torch.where(zero, torch.ones_like(base), base)
    return torch.where(zero, torch.zeros_like(base), base.pow(exponent))
