"""Fractional max pooling of any rank."""

from collections.abc import Sequence

import torch
from torch import Tensor

from striate.arithmetic.adaptive import fractional_size
from striate.arithmetic.arguments import integers
from striate.engine.fractional import fractional_max
from striate.functional.conv import Ints
from striate.functional.max_pool import MaxPooled
from striate.functional.pool_window import check_rank, one_an_axis

Ratios = float | Sequence[float]


def fractional_max_pool(
    input: Tensor,
    kernel_size: Ints,
    output_size: Ints | None = None,
    output_ratio: Ratios | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> MaxPooled:
    r"""Take the maxima of windows whose steps vary at random, so that the size shrinks by any factor.

    The windows overlap, and each plane draws its own u for each axis: of T outputs, window i starts at

    $$\lfloor \alpha (i + u) \rfloor - \lfloor \alpha u \rfloor, \quad \alpha = \frac{n - k}{T - 1}$$

    and the last one at n - k. NaN and equal maxima are treated as in `max_pool`. With equal seeds two and three axes
    give torch's numbers.

    Args:
        input: (N, C, *S); (C, *S) where `kernel_size` is a sequence.
        kernel_size: k, an int for every spatial axis of an (N, C, *S) input, or one an axis.
        output_size: T, an int or one an axis; this or `output_ratio` must be given.
        output_ratio: size of the output over that of the input, between 0 and 1, a float or one an axis.
        return_indices: return the winners' places as well.
        _random_samples: u in [0, 1), (N, C, axes), or with 1 for N or C to give all the same windows; drawn from
            torch's generator if None. Of two axes the last one comes first, as in torch; else the first.

    Returns:
        (N, C, *T); with `return_indices` the pair of it and the int64 indices of the winners, flat within the spatial
        plane.

    Raises:
        ValueError: sizes that do not fit, both or neither of `output_size` and `output_ratio`, or samples of another
            shape.

    Source: B. Graham, "Fractional max-pooling", 2014, section 2.

    >>> import torch
    >>> fractional_max_pool(torch.randn(1, 3, 32, 32), 2, output_ratio=0.7).shape
    torch.Size([1, 3, 22, 22])
    """
    ndim = len(kernel_size) if isinstance(kernel_size, Sequence) else input.ndim - 2
    check_rank(input, ndim)
    kernel = integers(kernel_size, ndim, "kernel_size", 1)
    batched = input if input.ndim == ndim + 2 else input.unsqueeze(0)
    outputs = fractional_size(tuple(batched.shape[2:]), kernel, output_size, output_ratio)
    values, indices = fractional_max(batched, kernel, outputs, _samples(_random_samples, batched, ndim))
    if batched is not input:
        values, indices = values.squeeze(0), indices.squeeze(0)
    return (values, indices) if return_indices else values


def fractional_max_pool1d(
    input: Tensor,
    kernel_size: Ints,
    output_size: Ints | None = None,
    output_ratio: Ratios | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> MaxPooled:
    """Apply `fractional_max_pool` over one axis: input (N, C, L) or (C, L).

    >>> import torch
    >>> fractional_max_pool1d(torch.randn(1, 3, 9), 2, output_size=6).shape
    torch.Size([1, 3, 6])
    """
    kernel_size = one_an_axis(kernel_size, 1)
    return fractional_max_pool(input, kernel_size, output_size, output_ratio, return_indices, _random_samples)


def fractional_max_pool2d(
    input: Tensor,
    kernel_size: Ints,
    output_size: Ints | None = None,
    output_ratio: Ratios | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> MaxPooled:
    """Apply `fractional_max_pool` over two axes: input (N, C, H, W) or (C, H, W).

    >>> import torch
    >>> fractional_max_pool2d(torch.randn(1, 3, 9, 9), 2, output_size=6).shape
    torch.Size([1, 3, 6, 6])
    """
    kernel_size = one_an_axis(kernel_size, 2)
    return fractional_max_pool(input, kernel_size, output_size, output_ratio, return_indices, _random_samples)


def fractional_max_pool3d(
    input: Tensor,
    kernel_size: Ints,
    output_size: Ints | None = None,
    output_ratio: Ratios | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> MaxPooled:
    """Apply `fractional_max_pool` over three axes: input (N, C, D, H, W) or (C, D, H, W).

    >>> import torch
    >>> fractional_max_pool3d(torch.randn(1, 3, 9, 9, 9), 2, output_size=6).shape
    torch.Size([1, 3, 6, 6, 6])
    """
    kernel_size = one_an_axis(kernel_size, 3)
    return fractional_max_pool(input, kernel_size, output_size, output_ratio, return_indices, _random_samples)


def _samples(given: Tensor | None, input: Tensor, ndim: int) -> Tensor:
    shape = (*input.shape[:2], ndim)
    if given is None:
        return torch.rand(shape, dtype=input.dtype, device=input.device)
    if given.ndim != 3 or any(n not in {1, wanted} for n, wanted in zip(given.shape[:2], shape, strict=False)):
        raise ValueError(f"_random_samples must have shape (N, C, axes) = {shape}, but got {tuple(given.shape)}")
    if given.shape[2] != ndim:
        raise ValueError(f"_random_samples must have one number an axis, {ndim}, but got {tuple(given.shape)}")
    return given.to(input.dtype).expand(shape)
