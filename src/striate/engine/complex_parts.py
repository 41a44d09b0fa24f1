"""Complex tensors in a real bilinear operator: one call on their real and imaginary parts."""

from collections.abc import Callable

import torch
from torch import Tensor


def by_real_parts(
    apply: Callable[[Tensor, Tensor], Tensor],
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    groups: int,
    channel_axis: int,
) -> Tensor:
    r"""Apply an operator that is linear in both tensors to complex ones, either of which may be real.

    $$(a + bi)(c + di) = (ac - bd) + (ad + bc)i$$

    The parts of the input share a batch and those of the weight its output channels, so that the four products are one
    call, on our kernels where they run.

    Args:
        apply: the operator on real tensors, (N, C, *S) and the weight to (N, O, *T).
        input: (N, C, *S).
        weight: the operator's.
        bias: (O,), or None; real or complex.
        groups: channel groups.
        channel_axis: the weight's axis of output channels; they lie group by group along axis 0, within it along 1.

    Raises:
        TypeError: parts of different dtypes.
    """
    if input.real.dtype != weight.real.dtype:
        raise TypeError(
            f"input has dtype {input.dtype} and weight {weight.dtype}; their real parts must have the same: convert "
            f"one by .to(dtype)"
        )
    both_inputs = torch.cat([input.real, input.imag]) if input.is_complex() else input
    both_weights = _paired(weight, groups, channel_axis) if weight.is_complex() else weight
    output = apply(both_inputs, both_weights)
    if not weight.is_complex():
        real, imaginary = output.chunk(2)
    else:
        channels = output.shape[1] // (2 * groups)
        by_part = output.unflatten(1, (groups, 2, channels))
        real, imaginary = by_part[:, :, 0].flatten(1, 2), by_part[:, :, 1].flatten(1, 2)
        if input.is_complex():
            (ac, bc), (ad, bd) = real.chunk(2), imaginary.chunk(2)
            real, imaginary = ac - bd, ad + bc
    result = torch.complex(real, imaginary)
    return result if bias is None else result + bias.reshape(-1, *(1,) * (result.ndim - 2))


def _paired(weight: Tensor, groups: int, channel_axis: int) -> Tensor:
    """Put the imaginary part's output channels after the real part's, within each group."""
    if channel_axis == 1:
        return torch.cat([weight.real, weight.imag], 1)
    by_group = weight.unflatten(0, (groups, weight.shape[0] // groups))
    return torch.cat([by_group.real, by_group.imag], 1).flatten(0, 1)
