"""Convolution with weights of its own at every position: blocks of positions, each a batch of small matrix products.

The patches of a block are copied, multiplied and forgotten; backward copies them again. A tap at a time would copy
nothing, but its products are smaller: of 32 samples and 16 channels, 3x3, the transpose took 13 % longer.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from string import ascii_letters
from typing import Any

import torch
from torch import Tensor

from striate.engine.gpu.availability import refuse_unless_triton
from striate.engine.guard import is_traced, needs_operators
from striate.engine.selection import forced_kernel

# Patches of one block: they stay in the caches of two cores, and hide the cost of a call. Of 0.5 to 16 MiB the best.
BLOCK_BYTES = 3 << 20


@dataclass(frozen=True)
class LocalWindow:
    """The window of a local convolution over a signal that is extended already.

    Args:
        outputs: positions an axis.
        kernel: taps an axis.
        stride: step between two positions, an axis.
        dilation: step between two taps, an axis.
        groups: channel groups.
    """

    outputs: tuple[int, ...]
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int

    def reads(self, positions: Sequence[slice], tap: Sequence[int]) -> tuple[slice, ...]:
        """Return the elements, an axis, that a box of positions reads through a tap."""
        axes = zip(positions, tap, self.stride, self.dilation, strict=True)
        return tuple(slice(p.start * s + t * d, (p.stop - 1) * s + t * d + 1, s) for p, t, s, d in axes)


def local_convolution(extended: Tensor, weight: Tensor, window: LocalWindow) -> Tensor:
    """Apply a weight (*T, O, *K, C / groups) to (N, C, *S): (N, O, *T); differentiable any number of times."""
    if extended.is_complex() or weight.is_complex():
        return _by_real_parts(lambda x, w: local_convolution(x, w, window), extended, weight)
    if is_traced() or needs_operators(extended, weight):
        return _composed_forward(extended, weight, window)
    result: Tensor = _Forward.apply(extended, weight, window)
    return result


def local_transpose(grad: Tensor, weight: Tensor, size: Sequence[int], window: LocalWindow) -> Tensor:
    """Apply the adjoint of `local_convolution` over a signal of spatial `size`; differentiable likewise."""
    if grad.is_complex() or weight.is_complex():
        return _by_real_parts(lambda x, w: local_transpose(x, w, size, window), grad, weight)
    if is_traced() or needs_operators(grad, weight):
        return _composed_transpose(grad, weight, size, window)
    result: Tensor = _Transpose.apply(grad, weight, tuple(size), window)
    return result


def _by_real_parts(apply: Callable[[Tensor, Tensor], Tensor], signal: Tensor, weight: Tensor) -> Tensor:
    """Apply an operator that is linear in both tensors to complex ones; the parts of a signal share a batch."""
    if weight.is_complex():
        return apply(signal, weight.real) + 1j * apply(signal, weight.imag)
    return torch.complex(*apply(torch.cat([signal.real, signal.imag]), weight).chunk(2))


# Each Function's backward applies the other two, so every order of derivative runs by blocks.


class _Forward(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, extended: Tensor, weight: Tensor, window: LocalWindow) -> Tensor:  # noqa: ANN401
        ctx.save_for_backward(extended, weight)
        ctx.window = window
        return _forward(extended, weight, window)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        (extended, weight), window = ctx.saved_tensors, ctx.window
        wants_input, wants_weight, _ = ctx.needs_input_grad
        return (
            _Transpose.apply(grad, weight, tuple(extended.shape[2:]), window) if wants_input else None,
            _Weight.apply(grad, extended, window) if wants_weight else None,
            None,
        )


class _Transpose(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, grad: Tensor, weight: Tensor, size: tuple[int, ...], window: LocalWindow) -> Tensor:  # noqa: ANN401
        ctx.save_for_backward(grad, weight)
        ctx.window = window
        return _transpose(grad, weight, size, window)

    @staticmethod
    def backward(ctx: Any, sent: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        (grad, weight), window = ctx.saved_tensors, ctx.window
        wants_grad, wants_weight, _, _ = ctx.needs_input_grad
        return (
            _Forward.apply(sent, weight, window) if wants_grad else None,
            _Weight.apply(grad, sent, window) if wants_weight else None,
            None,
            None,
        )


class _Weight(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, grad: Tensor, extended: Tensor, window: LocalWindow) -> Tensor:  # noqa: ANN401
        ctx.save_for_backward(grad, extended)
        ctx.window = window
        return _weight(grad, extended, window)

    @staticmethod
    def backward(ctx: Any, grad_weight: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        (grad, extended), window = ctx.saved_tensors, ctx.window
        wants_grad, wants_input, _ = ctx.needs_input_grad
        return (
            _Forward.apply(extended, grad_weight, window) if wants_grad else None,
            _Transpose.apply(grad, grad_weight, tuple(extended.shape[2:]), window) if wants_input else None,
            None,
        )


def _forward(extended: Tensor, weight: Tensor, window: LocalWindow) -> Tensor:
    if forced_kernel() == "triton":
        refuse_unless_triton(("zeros",) * len(window.kernel), 0.0, extended, weight)  # the signal is extended already
        from striate.engine.gpu.local import local_by_triton  # noqa: PLC0415, loads the package triton

        return local_by_triton(extended, weight, window)
    matrices, rows = _matrices(weight, window), extended.movedim(1, -1).contiguous()
    result = extended.new_empty(matrices.shape[0], extended.shape[0], matrices.shape[1])
    for positions, run in _blocks(window, extended.shape[0] * extended.shape[1] * extended.element_size()):
        torch.bmm(_patches(rows, positions, window), matrices[run].transpose(1, 2), out=result[run])
    return _batch_first(result.view(*window.outputs, window.groups, *result.shape[1:]), _is_channels_last(extended))


def _transpose(grad: Tensor, weight: Tensor, size: Sequence[int], window: LocalWindow) -> Tensor:
    matrices, columns = _matrices(weight, window), _columns(grad, window)
    place = (window.groups, grad.shape[0], weight.shape[-1])
    result = grad.new_zeros(*size, *place)
    taps = tuple(product(*map(range, window.kernel)))
    for positions, run in _blocks(window, prod(place) * grad.element_size()):
        box = (p.stop - p.start for p in positions)
        sent = torch.bmm(columns[run], matrices[run]).view(*box, *place[:2], len(taps), place[2])
        for number, tap in enumerate(taps):
            result[window.reads(positions, tap)].add_(sent[..., number, :])
    return _batch_first(result, _is_channels_last(grad))


def _weight(grad: Tensor, extended: Tensor, window: LocalWindow) -> Tensor:
    columns, rows = _columns(grad, window), extended.movedim(1, -1).contiguous()
    out_channels, group_channels = grad.shape[1], extended.shape[1] // window.groups
    result = grad.new_empty(columns.shape[0], columns.shape[2], prod(window.kernel) * group_channels)
    for positions, run in _blocks(window, extended.shape[0] * extended.shape[1] * extended.element_size()):
        torch.bmm(columns[run].transpose(1, 2), _patches(rows, positions, window), out=result[run])
    return result.view(*window.outputs, out_channels, *window.kernel, group_channels)


def _blocks(window: LocalWindow, place_bytes: int) -> Iterator[tuple[tuple[slice, ...], slice]]:
    """Cut the positions into boxes that are runs of their order; yield a box, and the run of its matrices.

    `place_bytes` is what all samples and channels take at one place of the signal.
    """
    fit = max(1, BLOCK_BYTES // max(1, place_bytes * prod(window.kernel)))
    axis = 0  # the one that is cut: all of the later axes fit
    while axis < len(window.outputs) - 1 and prod(window.outputs[axis + 1 :]) > fit:
        axis += 1
    inner = prod(window.outputs[axis + 1 :])
    step, size = max(1, fit // inner), window.outputs[axis]
    later = tuple(slice(0, n) for n in window.outputs[axis + 1 :])
    done = 0
    for before in product(*map(range, window.outputs[:axis])):
        for start in range(0, size, step):
            cut = slice(start, min(start + step, size))
            count = (cut.stop - start) * inner * window.groups
            yield (*(slice(i, i + 1) for i in before), cut, *later), slice(done, done + count)
            done += count


def _patches(rows: Tensor, positions: Sequence[slice], window: LocalWindow) -> Tensor:
    """What a box of positions sees of (N, *S, C): (positions and groups, N, taps and C / groups)."""
    batch, *pixel, channel = rows.stride()
    channels = rows.shape[-1] // window.groups
    box = [p.stop - p.start for p in positions]
    steps = (s * n for s, n in zip(window.stride, pixel, strict=True))
    spreads = (d * n for d, n in zip(window.dilation, pixel, strict=True))
    first = sum(p.start * s * n for p, s, n in zip(positions, window.stride, pixel, strict=True))
    seen = rows.as_strided(
        (*box, window.groups, rows.shape[0], *window.kernel, channels),
        (*steps, channels, batch, *spreads, channel),
        rows.storage_offset() + first,
    )
    return seen.reshape(prod(box) * window.groups, rows.shape[0], prod(window.kernel) * channels)


def _matrices(weight: Tensor, window: LocalWindow) -> Tensor:
    """The weight as (positions and groups, O / groups, taps and C / groups)."""
    rows = weight.shape[len(window.outputs)] // window.groups
    return weight.reshape(prod(window.outputs) * window.groups, rows, prod(window.kernel) * weight.shape[-1])


def _columns(grad: Tensor, window: LocalWindow) -> Tensor:
    """(N, O, *T) as (positions and groups, N, O / groups)."""
    batch, out_channels = grad.shape[:2]
    group_channels = out_channels // window.groups
    by_group = grad.unflatten(1, (window.groups, group_channels))
    ordered: Tensor = by_group.permute(*range(3, by_group.ndim), 1, 0, 2).contiguous()  # else a copy a matrix
    return ordered.view(prod(window.outputs) * window.groups, batch, group_channels)


def _batch_first(signal: Tensor, channels_last: bool) -> Tensor:
    """(*S, groups, N, channels) as (N, C, *S) in the memory format that is asked for."""
    *size, groups, batch, channels = signal.shape
    ndim = len(size)
    if channels_last:
        ordered = signal.permute(ndim + 1, *range(ndim), ndim, ndim + 2).contiguous()
        return ordered.view(batch, *size, groups * channels).movedim(-1, 1)
    rows = signal.view(prod(size), groups * batch * channels)
    columns = rows.t().contiguous().view(groups, batch, channels, *size)  # torch transposes a matrix by blocks
    return columns.transpose(0, 1).reshape(batch, groups * channels, *size)


def _is_channels_last(tensor: Tensor) -> bool:
    return not tensor.is_contiguous() and bool(tensor.movedim(1, -1).is_contiguous())


def _composed_forward(extended: Tensor, weight: Tensor, window: LocalWindow) -> Tensor:
    seen, ndim = extended.unflatten(1, (window.groups, -1)), len(window.kernel)
    for axis in range(ndim):
        extent = window.dilation[axis] * (window.kernel[axis] - 1) + 1
        seen = seen.unfold(3 + axis, extent, window.stride[axis])[..., :: window.dilation[axis]]
    at, taps = _letters(ndim)
    grouped = weight.unflatten(ndim, (window.groups, -1))
    result: Tensor = torch.einsum(f"NGC{at}{taps},{at}GO{taps}C->NGO{at}", seen, grouped)
    return result.flatten(1, 2)


def _composed_transpose(grad: Tensor, weight: Tensor, size: Sequence[int], window: LocalWindow) -> Tensor:
    ndim = len(window.kernel)
    at, taps = _letters(ndim)
    grouped = weight.unflatten(ndim, (window.groups, -1))
    parts = torch.einsum(f"NGO{at},{at}GO{taps}C->NGC{at}{taps}", grad.unflatten(1, (window.groups, -1)), grouped)
    sent = parts.flatten(1, 2)
    result = sent.new_zeros(*sent.shape[:2], *size)
    everywhere = tuple(slice(0, n) for n in window.outputs)
    for place in product(*map(range, window.kernel)):
        reads: tuple[Any, ...] = (slice(None), slice(None), *window.reads(everywhere, place))
        tap: Any = (..., *place)
        result[reads] += sent[tap]
    return result


def _letters(ndim: int) -> tuple[str, str]:
    return ascii_letters[:ndim], ascii_letters[ndim : 2 * ndim]
