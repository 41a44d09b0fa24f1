"""Spatially separable convolution: one axis after the other."""

from collections.abc import Sequence
from math import prod, sqrt
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor

from striate.arithmetic import Geometry, padding_mode_argument
from striate.arithmetic.arguments import integer, integers
from striate.engine.checks import check_rank
from striate.engine.extension import extend
from striate.functional.conv import Ints, PaddingLike, conv

_T = TypeVar("_T")


def spatial_separable_conv(
    input: Tensor,
    weights: Sequence[Tensor],
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    groups: int = 1,
    *,
    padding_mode: str | Sequence[str] = "zeros",
    padding_value: float = 0.0,
    flip: bool = False,
) -> Tensor:
    r"""Convolve along the first axis, the result along the second, and so on, with a weight for each axis.

    $$x_a[n, r, p] = \sum_{q, t} w_a[r, q, t] \; x_{a-1}[n, q, p + (p_a \cdot stride_a - before_a - p_a + t \cdot
    dilation_a) e_a], \qquad y = b + x_{ndim}, \quad x_0 = x$$

    It is the `conv` whose kernel is `join_kernel(weights)`, under every border rule.

    Args:
        input: (N, C, *S), or (C, *S) without a batch.
        weights: one an axis, (R_a, R_{a-1} / groups, K_a): channels after and before the step, and its taps; R_0 is C,
            and the last R is O.
        bias: (O,), or None.
        stride: step between two outputs, an int or one an axis.
        padding: as for `striate.functional.conv`, and so are the arguments below.
        dilation: step between two taps, an int or one an axis.
        groups: channel groups of every step.
        padding_mode: border rule, or one an axis.
        padding_value: the value of `"constant"`.
        flip: convolve with the kernels reversed.

    Returns:
        (N, O, *T) or (O, *T).

    Raises:
        ValueError: weights that do not fit each other or the input.

    Source: M. Jaderberg, A. Vedaldi, A. Zisserman, "Speeding up convolutional neural networks with low rank
    expansions", 2014, equation 5.

    >>> weights = [torch.randn(4, 3, 5), torch.randn(6, 4, 5)]  # 5 x 1, then 1 x 5
    >>> spatial_separable_conv(torch.randn(1, 3, 9, 9), weights, padding="same").shape
    torch.Size([1, 6, 9, 9])
    """
    _check_chain(weights, groups)
    ndim = len(weights)
    geometry = Geometry.of([weight.shape[2] for weight in weights], stride, padding, dilation, ndim=ndim)
    modes = padding_mode_argument(padding_mode, ndim)
    if input.ndim not in {ndim + 1, ndim + 2}:
        raise ValueError(
            f"input must have {ndim + 2} dimensions (N, C and {ndim} spatial), or {ndim + 1} without a batch, for "
            f"{ndim} weights, but got {input.ndim}: {tuple(input.shape)}"
        )
    amounts = geometry.padding
    if "mean" in modes or ("constant" in modes and padding_value != 0.0):
        # What stands outside the first signal does not stand outside those between: all of it is put there first.
        windows = geometry.windows(input.shape[-ndim:])
        input = extend(input, tuple((window.before, window.after) for window in windows), modes, padding_value)
        amounts, modes = "valid", ("zeros",) * ndim
    for axis, weight in enumerate(weights):
        input = conv(
            input,
            weight.reshape(*weight.shape[:2], *_along(axis, weight.shape[2], ndim, 1)),
            bias if axis == ndim - 1 else None,
            _along(axis, geometry.stride[axis], ndim, 1),
            amounts if isinstance(amounts, str) else _along(axis, amounts[axis], ndim, (0, 0)),
            _along(axis, geometry.dilation[axis], ndim, 1),
            groups,
            padding_mode=modes,
            flip=flip,
        )
    return input


class SeparatedKernel(NamedTuple):
    """Weights for `spatial_separable_conv`, one an axis, and how far their kernel is from the one given.

    `residual` is the norm of the difference divided by the norm of the kernel.
    """

    weights: tuple[Tensor, ...]
    residual: float


def separate_kernel(
    weight: Tensor, rank: Ints | None = None, groups: int = 1, *, tolerance: float = 1e-6
) -> SeparatedKernel:
    r"""Factorise the kernel of a `conv` into weights for `spatial_separable_conv`.

    Read as a matrix of (C / groups) K_1 rows and K_2 O / groups columns, a two-dimensional kernel is separable with R
    channels between as far as its first R singular values go, and no other choice is nearer to it:

    $$\|w - \hat w\|^2 = \sum_{r > R} \sigma_r^2$$

    With more axes, one singular value decomposition after the other splits an axis off (a tensor train), within a
    factor of $\sqrt{ndim - 1}$ of the nearest.

    Args:
        weight: (O, C / groups, *K), of two axes or more.
        rank: channels a group between two axes, an int or one a gap; None for the fewest that meet `tolerance`.
        groups: channel groups.
        tolerance: the largest residual where `rank` is None.

    Returns:
        The weights and the residual.

    Raises:
        ValueError: groups that do not divide the outputs, or a rank that is larger than the kernel's sizes allow.

    Source: M. Jaderberg, A. Vedaldi, A. Zisserman, "Speeding up convolutional neural networks with low rank
    expansions", 2014, section 2.1; I. Oseledets, "Tensor-train decomposition", 2011, algorithm 1.

    >>> sobel = torch.tensor([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])
    >>> weights, residual = separate_kernel(sobel.reshape(1, 1, 3, 3))
    >>> [tuple(weight.shape) for weight in weights], residual < 1e-6
    ([(1, 1, 3), (1, 1, 3)], True)
    """
    check_rank(weight.shape, None)
    ndim, outputs, groups = weight.ndim - 2, weight.shape[0], integer(groups, "groups", 1)
    if ndim < 2:
        raise ValueError(f"weight must have two spatial axes or more to be separated, but got {tuple(weight.shape)}")
    if outputs % groups:
        raise ValueError(f"weight has {outputs} output channels, which groups {groups} does not divide")
    ranks = None if rank is None else integers(rank, ndim - 1, "rank", 1)
    kernel = weight.detach().double()
    total = float(kernel.norm())
    # (groups, C / groups, *K, O / groups): each step takes the channels that come in and one axis off the front.
    rest = kernel.reshape(groups, outputs // groups, *weight.shape[1:]).movedim(1, -1)
    steps, channels = [], weight.shape[1]
    for axis in range(ndim - 1):
        taps = weight.shape[axis + 2]
        left, values, right = torch.linalg.svd(rest.reshape(groups, channels * taps, -1), full_matrices=False)
        kept = _fewest(values, tolerance * total / sqrt(ndim - 1)) if ranks is None else ranks[axis]
        if kept > values.shape[1]:
            raise ValueError(f"rank must be at most {values.shape[1]} behind axis {axis}, but got {kept}")
        steps.append(left[..., :kept].reshape(groups, channels, taps, kept).permute(0, 3, 1, 2).flatten(0, 1))
        rest, channels = values[:, :kept, None] * right[:, :kept], kept
    steps.append(rest.reshape(groups, channels, weight.shape[-1], -1).permute(0, 3, 1, 2).flatten(0, 1))
    residual = float((join_kernel(steps, groups) - kernel).norm()) / (total or 1.0)
    if total:  # all but the last are orthonormal: steps of one norm learn at one pace
        norms = [float(step.norm()) for step in steps]
        steps = [step * (prod(norms) ** (1 / ndim) / norm) for step, norm in zip(steps, norms, strict=True)]
    return SeparatedKernel(tuple(step.to(weight.dtype).contiguous() for step in steps), residual)


def join_kernel(weights: Sequence[Tensor], groups: int = 1) -> Tensor:
    """Return the kernel (O, C / groups, *K) of the `conv` that `spatial_separable_conv` computes with these weights.

    >>> join_kernel([torch.randn(4, 3, 5), torch.randn(6, 4, 7)]).shape
    torch.Size([6, 3, 5, 7])
    """
    _check_chain(weights, groups)
    first, *others = weights
    kernel = first.reshape(groups, -1, *first.shape[1:])
    for weight in others:
        step = weight.reshape(groups, -1, *weight.shape[1:])
        kernel = torch.einsum("grc...,gsrk->gsc...k", kernel, step)
    return kernel.flatten(0, 1)


def _fewest(values: Tensor, error: float) -> int:
    """Return how many singular values a group must keep for what is left out to stay within `error`."""
    left_out = values.square().sum(0).flip(0).cumsum(0).flip(0).sqrt()  # [r]: without the values from r on
    return max(int((left_out > error).sum()), 1)


def _along(axis: int, value: _T, ndim: int, other: _T) -> tuple[_T, ...]:
    return tuple(value if i == axis else other for i in range(ndim))


def _check_chain(weights: Sequence[Tensor], groups: int) -> None:
    integer(groups, "groups", 1)
    shapes = [tuple(weight.shape) for weight in weights]
    if not shapes or any(len(shape) != 3 for shape in shapes):
        raise ValueError(f"weights must be one (R_a, R_(a-1) / groups, K_a) an axis, but got shapes {shapes}")
    for axis in range(1, len(shapes)):
        if shapes[axis][1] * groups != shapes[axis - 1][0]:
            raise ValueError(
                f"weights[{axis}] must take the {shapes[axis - 1][0]} channels that weights[{axis - 1}] makes, in "
                f"groups {groups}, but got shapes {shapes}"
            )
    for axis, shape in enumerate(shapes):
        if shape[0] % groups:
            raise ValueError(f"weights[{axis}] has {shape[0]} output channels, which groups {groups} does not divide")
