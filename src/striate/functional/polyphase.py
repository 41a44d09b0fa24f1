"""Adaptive polyphase sampling of any rank."""

from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor

from striate.arithmetic.arguments import integers
from striate.engine.indices import check_indices
from striate.engine.norms import norm_type_argument
from striate.functional.conv import Ints
from striate.functional.max_pool import MaxPooled
from striate.functional.pad import pad
from striate.functional.pool_window import check_rank


def adaptive_polyphase_sampling(
    input: Tensor,
    stride: Ints = 2,
    norm_type: float = 2.0,
    *,
    phase: Tensor | None = None,
    return_phase: bool = False,
    padding_mode: str | Sequence[str] = "circular",
) -> MaxPooled:
    r"""Subsample at the phase that holds most: each sample keeps the phase of the largest norm over its channels.

    $$y = x_{i^*}, \quad i^* = \arg\max_i \lVert x_i \rVert_p, \quad x_i[o] = x[o \cdot stride + i]$$

    A shift of the input moves the winner's elements to another phase and no other phase wins, so that the output
    shifts as a whole: with circular borders and a stride that divides the size, subsampling is shift-equivariant.
    Of phases with equal norms the first stays. A blur before it (`blur_pool` with stride 1) keeps what aliases out.

    Args:
        input: (N, C, *S); (C, *S) where `stride` is a sequence.
        stride: step between two outputs, an int for every spatial axis of an (N, C, *S) input, or one an axis.
        norm_type: p, above 0; `math.inf` compares the largest magnitudes.
        phase: int64 (N,): phases to take instead of the largest, as another call returned them, so that two branches
            that are added later stay aligned; numbered in row-major order of the offsets i.
        return_phase: return the phases as well.
        padding_mode: border rule that extends an axis whose size the stride does not divide, at its end.

    Returns:
        (N, C, *T), T = ceil(S / stride); with `return_phase` the pair of it and the phases.

    Raises:
        ValueError: ranks that do not fit, a stride below 1, or phases of another shape or out of range.

    Source: A. Chaman, I. Dokmanic, "Truly shift-invariant convolutional neural networks", 2021, equation 6.

    >>> import torch
    >>> adaptive_polyphase_sampling(torch.tensor([[[1.0, 5.0, 2.0, 3.0]]]))
    tensor([[[5., 3.]]])
    """
    ndim = len(stride) if isinstance(stride, Sequence) else input.ndim - 2
    check_rank(input, ndim)
    steps = integers(stride, ndim, "stride", 1)
    p = norm_type_argument(norm_type)
    batched = input if input.ndim == ndim + 2 else input.unsqueeze(0)
    missing = [(0, -n % s) for n, s in zip(batched.shape[2:], steps, strict=True)]
    phases = _phases(pad(batched, missing, padding_mode), steps)
    if phase is None:
        norms: Tensor = torch.linalg.vector_norm(phases.detach(), p, tuple(range(ndim + 1, phases.ndim)))
        phase = norms.flatten(1).argmax(1)
    else:
        _check_phase(phase, batched.shape[0], prod(steps))
    samples = torch.arange(batched.shape[0], device=input.device)
    chosen = phases[(samples, *torch.unravel_index(phase, steps))]
    if batched is not input:
        chosen = chosen.squeeze(0)
    return (chosen, phase) if return_phase else chosen


def _phases(input: Tensor, steps: Sequence[int]) -> Tensor:
    """Return the view (N, *steps, C, *T) of (N, C, *S) whose size the steps divide."""
    ndim = len(steps)
    sizes = [part for n, s in zip(input.shape[2:], steps, strict=True) for part in (n // s, s)]
    apart = input.reshape(*input.shape[:2], *sizes)
    return apart.permute(0, *range(3, 3 + 2 * ndim, 2), 1, *range(2, 2 + 2 * ndim, 2))


def _check_phase(phase: Tensor, batch: int, count: int) -> None:
    if phase.shape != (batch,) or phase.dtype != torch.int64:
        expected = f"int64 of shape {(batch,)}"
        raise ValueError(f"phase must be {expected}, but got {phase.dtype} of {tuple(phase.shape)}")
    check_indices(phase, count, "phase")
