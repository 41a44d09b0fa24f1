"""Pooling over all of space, of any rank."""

import torch
from torch import Tensor

from striate.engine.norms import norm_type_argument
from striate.functional.pool_window import spatial_axes


def global_max_pool(input: Tensor, keepdim: bool = True) -> Tensor:
    """Take the maximum of each channel over all of space; equal maxima share the gradient.

    Args:
        input: (N, C, *S).
        keepdim: keep the spatial axes, of size 1.

    Returns:
        (N, C, 1, ...), or (N, C) without `keepdim`.

    Raises:
        ValueError: an input without spatial axes.

    >>> import torch
    >>> global_max_pool(torch.randn(2, 5, 7, 7)).shape
    torch.Size([2, 5, 1, 1])
    """
    return torch.amax(input, spatial_axes(input), keepdim)


def global_avg_pool(input: Tensor, keepdim: bool = True) -> Tensor:
    """Take the mean of each channel over all of space.

    Args:
        input: (N, C, *S).
        keepdim: keep the spatial axes, of size 1.

    Returns:
        (N, C, 1, ...), or (N, C) without `keepdim`.

    Raises:
        ValueError: an input without spatial axes.

    Source: M. Lin, Q. Chen, S. Yan, "Network in network", 2013, section 3.2.

    >>> import torch
    >>> global_avg_pool(torch.randn(2, 5, 7, 7), keepdim=False).shape
    torch.Size([2, 5])
    """
    return torch.mean(input, spatial_axes(input), keepdim)


def global_min_pool(input: Tensor, keepdim: bool = True) -> Tensor:
    """Take the minimum of each channel over all of space; equal minima share the gradient.

    Args:
        input: (N, C, *S).
        keepdim: keep the spatial axes, of size 1.

    Returns:
        (N, C, 1, ...), or (N, C) without `keepdim`.

    Raises:
        ValueError: an input without spatial axes.

    >>> import torch
    >>> global_min_pool(torch.randn(2, 5, 7, 7)).shape
    torch.Size([2, 5, 1, 1])
    """
    return torch.amin(input, spatial_axes(input), keepdim)


def global_sum_pool(input: Tensor, keepdim: bool = True) -> Tensor:
    """Sum each channel over all of space; small integers and bools add up in int64, as in `torch.sum`.

    Args:
        input: (N, C, *S).
        keepdim: keep the spatial axes, of size 1.

    Returns:
        (N, C, 1, ...), or (N, C) without `keepdim`.

    Raises:
        ValueError: an input without spatial axes.

    >>> import torch
    >>> global_sum_pool(torch.ones(2, 5, 7, 7)).unique()
    tensor([49.])
    """
    return torch.sum(input, spatial_axes(input), keepdim)


def global_lp_pool(input: Tensor, norm_type: float, keepdim: bool = True) -> Tensor:
    """Take the p-norm of each channel over all of space; where it is 0, so is the gradient.

    Args:
        input: (N, C, *S), real or complex.
        norm_type: p, above 0, as in `lp_pool`; 2 gives what global response normalisation needs.
        keepdim: keep the spatial axes, of size 1.

    Returns:
        (N, C, 1, ...), or (N, C) without `keepdim`.

    Raises:
        ValueError: an input without spatial axes, or a `norm_type` of 0 or less.

    >>> import torch
    >>> global_lp_pool(torch.tensor([[[3.0, 0.0, -4.0]]]), 2)
    tensor([[[5.]]])
    """
    norm: Tensor = torch.linalg.vector_norm(input, norm_type_argument(norm_type), spatial_axes(input), keepdim)
    return norm
