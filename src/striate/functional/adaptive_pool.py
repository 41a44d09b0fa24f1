"""Pooling of any rank to a size that is asked for."""

from collections.abc import Sequence
from math import inf

from torch import Tensor

from striate.arithmetic.adaptive import adaptive_size
from striate.engine import adaptive
from striate.engine.norms import norm_type_argument, powers, root
from striate.functional.max_pool import MaxPooled
from striate.functional.pool_window import check_rank, one_an_axis

OutputSize = int | Sequence[int | None]


def adaptive_max_pool(input: Tensor, output_size: OutputSize, return_indices: bool = False) -> MaxPooled:
    r"""Take the maxima of as many windows as are asked for, which cover the input evenly.

    $$y_o = \max_{\lfloor o n / T \rfloor \le i < \lceil (o + 1) n / T \rceil} x_i$$

    NaN and equal maxima are treated as in `max_pool`.

    Args:
        input: (N, C, *S); (C, *S) where `output_size` is a sequence.
        output_size: T, an int for every spatial axis of an (N, C, *S) input, or one an axis; None keeps an axis as it
            is. It may be larger than the input.
        return_indices: return the winners' places as well.

    Returns:
        (N, C, *T); with `return_indices` the pair of it and the int64 indices of the winners, flat within the spatial
        plane.

    Raises:
        ValueError: ranks that do not fit, a size below 1, or an input without elements.

    >>> import torch
    >>> adaptive_max_pool(torch.arange(5.0).reshape(1, 1, 5), 3)
    tensor([[[1., 3., 4.]]])
    """
    batched, outputs = _read(input, output_size)
    values, indices = adaptive.adaptive_max(batched, outputs, return_indices)
    if indices is None or not return_indices:
        return values if batched is input else values.squeeze(0)
    return (values, indices) if batched is input else (values.squeeze(0), indices.squeeze(0))


def adaptive_avg_pool(input: Tensor, output_size: OutputSize) -> Tensor:
    """Take the means of as many windows as are asked for, which cover the input evenly.

    The windows are those of `adaptive_max_pool`.

    Args:
        input: (N, C, *S), real or complex; (C, *S) where `output_size` is a sequence.
        output_size: an int for every spatial axis of an (N, C, *S) input, or one an axis; None keeps an axis as it is.
            It may be larger than the input.

    Returns:
        (N, C, *T).

    Raises:
        ValueError: ranks that do not fit, a size below 1, or an input without elements.

    Source: K. He, X. Zhang, S. Ren, J. Sun, "Spatial pyramid pooling in deep convolutional networks for visual
    recognition", 2014, section 2.3.

    >>> import torch
    >>> adaptive_avg_pool(torch.randn(1, 3, 32, 20), (7, None)).shape
    torch.Size([1, 3, 7, 20])
    """
    batched, outputs = _read(input, output_size)
    pooled = adaptive.adaptive_avg(batched, outputs)
    return pooled if batched is input else pooled.squeeze(0)


def adaptive_lp_pool(input: Tensor, norm_type: float, output_size: OutputSize) -> Tensor:
    """Take the p-norms of as many windows as are asked for, which cover the input evenly.

    The windows are those of `adaptive_max_pool`, and the norm is that of `lp_pool`.

    Args:
        input: (N, C, *S), real or complex; (C, *S) where `output_size` is a sequence.
        norm_type: p, above 0; `math.inf` takes the largest magnitude.
        output_size: an int for every spatial axis of an (N, C, *S) input, or one an axis; None keeps an axis as it is.

    Returns:
        (N, C, *T).

    Raises:
        ValueError: ranks that do not fit, a size below 1, an input without elements, or a `norm_type` of 0 or less.

    >>> import torch
    >>> adaptive_lp_pool(torch.tensor([[[3.0, -4.0, 0.0, 1.0]]]), 2, 2)
    tensor([[[5., 1.]]])
    """
    p = norm_type_argument(norm_type)
    batched, outputs = _read(input, output_size)
    terms = powers(batched, p)
    largest = p == inf
    pooled = adaptive.adaptive_max(terms, outputs, False)[0] if largest else adaptive.adaptive_sum(terms, outputs)
    return root(pooled, p) if batched is input else root(pooled, p).squeeze(0)


def adaptive_max_pool1d(input: Tensor, output_size: OutputSize, return_indices: bool = False) -> MaxPooled:
    """Apply `adaptive_max_pool` over one axis: input (N, C, L) or (C, L).

    >>> import torch
    >>> adaptive_max_pool1d(torch.randn(1, 3, 9), 4).shape
    torch.Size([1, 3, 4])
    """
    return adaptive_max_pool(input, one_an_axis(output_size, 1, "output_size"), return_indices)


def adaptive_max_pool2d(input: Tensor, output_size: OutputSize, return_indices: bool = False) -> MaxPooled:
    """Apply `adaptive_max_pool` over two axes: input (N, C, H, W) or (C, H, W).

    >>> import torch
    >>> adaptive_max_pool2d(torch.randn(1, 3, 9, 9), 4).shape
    torch.Size([1, 3, 4, 4])
    """
    return adaptive_max_pool(input, one_an_axis(output_size, 2, "output_size"), return_indices)


def adaptive_max_pool3d(input: Tensor, output_size: OutputSize, return_indices: bool = False) -> MaxPooled:
    """Apply `adaptive_max_pool` over three axes: input (N, C, D, H, W) or (C, D, H, W).

    >>> import torch
    >>> adaptive_max_pool3d(torch.randn(1, 3, 9, 9, 9), 4).shape
    torch.Size([1, 3, 4, 4, 4])
    """
    return adaptive_max_pool(input, one_an_axis(output_size, 3, "output_size"), return_indices)


def adaptive_avg_pool1d(input: Tensor, output_size: OutputSize) -> Tensor:
    """Apply `adaptive_avg_pool` over one axis: input (N, C, L) or (C, L).

    >>> import torch
    >>> adaptive_avg_pool1d(torch.randn(1, 3, 9), 4).shape
    torch.Size([1, 3, 4])
    """
    return adaptive_avg_pool(input, one_an_axis(output_size, 1, "output_size"))


def adaptive_avg_pool2d(input: Tensor, output_size: OutputSize) -> Tensor:
    """Apply `adaptive_avg_pool` over two axes: input (N, C, H, W) or (C, H, W).

    >>> import torch
    >>> adaptive_avg_pool2d(torch.randn(1, 3, 9, 9), 4).shape
    torch.Size([1, 3, 4, 4])
    """
    return adaptive_avg_pool(input, one_an_axis(output_size, 2, "output_size"))


def adaptive_avg_pool3d(input: Tensor, output_size: OutputSize) -> Tensor:
    """Apply `adaptive_avg_pool` over three axes: input (N, C, D, H, W) or (C, D, H, W).

    >>> import torch
    >>> adaptive_avg_pool3d(torch.randn(1, 3, 9, 9, 9), 4).shape
    torch.Size([1, 3, 4, 4, 4])
    """
    return adaptive_avg_pool(input, one_an_axis(output_size, 3, "output_size"))


def adaptive_lp_pool1d(input: Tensor, norm_type: float, output_size: OutputSize) -> Tensor:
    """Apply `adaptive_lp_pool` over one axis: input (N, C, L) or (C, L).

    >>> import torch
    >>> adaptive_lp_pool1d(torch.randn(1, 3, 9), 2, 4).shape
    torch.Size([1, 3, 4])
    """
    return adaptive_lp_pool(input, norm_type, one_an_axis(output_size, 1, "output_size"))


def adaptive_lp_pool2d(input: Tensor, norm_type: float, output_size: OutputSize) -> Tensor:
    """Apply `adaptive_lp_pool` over two axes: input (N, C, H, W) or (C, H, W).

    >>> import torch
    >>> adaptive_lp_pool2d(torch.randn(1, 3, 9, 9), 2, 4).shape
    torch.Size([1, 3, 4, 4])
    """
    return adaptive_lp_pool(input, norm_type, one_an_axis(output_size, 2, "output_size"))


def adaptive_lp_pool3d(input: Tensor, norm_type: float, output_size: OutputSize) -> Tensor:
    """Apply `adaptive_lp_pool` over three axes: input (N, C, D, H, W) or (C, D, H, W).

    >>> import torch
    >>> adaptive_lp_pool3d(torch.randn(1, 3, 9, 9, 9), 2, 4).shape
    torch.Size([1, 3, 4, 4, 4])
    """
    return adaptive_lp_pool(input, norm_type, one_an_axis(output_size, 3, "output_size"))


def _read(input: Tensor, output_size: OutputSize) -> tuple[Tensor, tuple[int, ...]]:
    """Return the input with a batch, and the spatial size of the output."""
    ndim = len(output_size) if isinstance(output_size, Sequence) else input.ndim - 2
    check_rank(input, ndim)
    batched = input if input.ndim == ndim + 2 else input.unsqueeze(0)
    return batched, adaptive_size(output_size, tuple(batched.shape[2:]))
