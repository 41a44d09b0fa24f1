"""Max and average pooling: our kernels where they win, else torch's operators, or sums and passes over the axes."""

from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from striate.arithmetic import Geometry, Window
from striate.engine import pooling_kernel
from striate.engine.axis_passes import max_by_axis
from striate.engine.cache import remembered
from striate.engine.guard import is_traced
from striate.engine.pooling_kernel import PoolingCall

_TORCH_MAX: dict[int, Any] = {1: torch.max_pool1d, 2: torch.max_pool2d, 3: torch.max_pool3d}
_TORCH_MAX_INDICES = {1: F.max_pool1d_with_indices, 2: F.max_pool2d_with_indices, 3: F.max_pool3d_with_indices}
_TORCH_AVG: dict[int, Any] = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}


@dataclass(frozen=True, eq=False)
class PoolingPlan:
    """How one pooling runs on inputs of one spatial size.

    Args:
        windows: the window an axis.
        input_size: spatial size of the input.
        output_size: spatial size of the output.
        torch_padding: padding an axis if torch's pooling has this geometry, else None.
        ceil_mode: whether a last window may hang over the end.
    """

    windows: tuple[Window, ...]
    input_size: tuple[int, ...]
    output_size: tuple[int, ...]
    torch_padding: tuple[int, ...] | None
    ceil_mode: bool

    def reads(self) -> list[list[list[int]]]:
        """Along each axis, the elements that each output reads."""
        axes = zip(self.windows, self.input_size, self.output_size, strict=True)
        return [
            [[o * w.stride - w.before + t * w.dilation for t in w.taps_inside(n, o)] for o in range(outputs)]
            for w, n, outputs in axes
        ]

    def call(self, average: tuple[bool, int] | tuple[()], torch_has_it: bool) -> PoolingCall:
        """How our kernels run it."""
        amounts = [amount for window in self.windows for amount in (window.before, window.after)]
        kernel, stride, dilation = zip(*((w.kernel, w.stride, w.dilation) for w in self.windows), strict=True)
        return PoolingCall((list(kernel), list(stride), amounts, list(dilation), self.ceil_mode), average, torch_has_it)


@remembered
def pooling_plan(geometry: Geometry, size: tuple[int, ...], ceil_mode: bool) -> PoolingPlan:
    """Plan a pooling for inputs of spatial `size`; ValueError if the window does not fit."""
    windows = geometry.windows(size)
    output_size = geometry.output_size(size, ceil_mode=ceil_mode)
    in_torch = geometry.ndim <= 3 and all(w.before == w.after and 0 <= 2 * w.before <= w.kernel for w in windows)
    return PoolingPlan(windows, size, output_size, tuple(w.before for w in windows) if in_torch else None, ceil_mode)


@remembered
def _max_plan(
    geometry: Geometry, size: tuple[int, ...], ceil_mode: bool
) -> tuple[PoolingPlan, PoolingCall, tuple[Any, ...]]:
    """Return the plan, how our kernels run it, and what torch's functions take after the input, if they have it."""
    plan = pooling_plan(geometry, size, ceil_mode)
    check_touching(plan)
    arguments = (geometry.kernel, geometry.stride, plan.torch_padding, geometry.dilation, ceil_mode)
    return plan, plan.call((), plan.torch_padding is not None), arguments


@remembered
def _avg_plan(
    geometry: Geometry, size: tuple[int, ...], ceil_mode: bool, count_include_pad: bool, divisor_override: int | None
) -> tuple[PoolingPlan, PoolingCall, tuple[Any, ...]]:
    plan = pooling_plan(geometry, size, ceil_mode)
    torch_has_it = plan.torch_padding is not None and _torch_averages(geometry, size, divisor_override)
    own_divisor = () if geometry.ndim == 1 else (divisor_override,)
    arguments = (geometry.kernel, geometry.stride, plan.torch_padding, ceil_mode, count_include_pad, *own_divisor)
    return plan, plan.call((count_include_pad, divisor_override or 0), torch_has_it), arguments


def max_pool(input: Tensor, geometry: Geometry, ceil_mode: bool, return_indices: bool) -> tuple[Tensor, Tensor | None]:
    """Max-pool (N, C, *S); indices count within the unpadded spatial plane."""
    plan, call, arguments = _max_plan(geometry, input.shape[2:], ceil_mode)
    if not is_traced() and pooling_kernel.runs(input, call):
        return pooling_kernel.max_pool(input, call, return_indices)
    if not call.torch_has_it:
        values, indices = max_by_axis(input, plan.reads())
        return values, indices if return_indices else None
    ndim = input.ndim - 2
    if return_indices:
        pooled: tuple[Tensor, Tensor] = _TORCH_MAX_INDICES[ndim](input, *arguments)
        return pooled
    return _TORCH_MAX[ndim](input, *arguments), None


def avg_pool(
    input: Tensor, geometry: Geometry, ceil_mode: bool, count_include_pad: bool, divisor_override: int | None
) -> Tensor:
    """Average-pool (N, C, *S); a window that counts no element gives 0."""
    plan, call, arguments = _avg_plan(geometry, input.shape[2:], ceil_mode, count_include_pad, divisor_override)
    if not is_traced() and pooling_kernel.runs(input, call):
        return pooling_kernel.avg_pool(input, call)
    if divisor_override is not None and not ceil_mode and torch.compiler.is_exporting():
        # torch.onnx (2.13) drops the divisor without a word; with the padding counted, every window has all its taps
        return avg_pool(input, geometry, ceil_mode, True, None) * (prod(geometry.kernel) / divisor_override)
    if call.torch_has_it and not input.is_complex():
        pooled: Tensor = _TORCH_AVG[input.ndim - 2](input, *arguments)
        return pooled
    if input.is_complex():
        how = geometry, ceil_mode, count_include_pad, divisor_override
        return torch.complex(avg_pool(input.real, *how), avg_pool(input.imag, *how))
    total = _sum_by_axis(input, plan)
    return total / (divisors(plan, count_include_pad, total) if divisor_override is None else divisor_override)


def sum_pool(input: Tensor, geometry: Geometry, ceil_mode: bool) -> Tensor:
    """Sum-pool (N, C, *S) of any dtype; integers add up in their own."""
    if input.is_floating_point():
        return avg_pool(input, geometry, ceil_mode, True, 1)
    return _sum_by_axis(input, pooling_plan(geometry, input.shape[2:], ceil_mode))


def largest_pool(magnitudes: Tensor, geometry: Geometry, ceil_mode: bool) -> Tensor:
    """Max-pool (N, C, *S) of numbers from 0 up with padding that counts as 0: every window has a largest one."""
    plan = pooling_plan(geometry, magnitudes.shape[2:], ceil_mode)
    for axis, (window, outputs) in enumerate(zip(plan.windows, plan.output_size, strict=True), 2):
        magnitudes = _padded(magnitudes, axis, window, outputs)
    unpadded = Geometry(geometry.kernel, geometry.stride, geometry.dilation, ((0, 0),) * geometry.ndim)
    return max_pool(magnitudes, unpadded, False, False)[0]


def _torch_averages(geometry: Geometry, size: tuple[int, ...], divisor_override: int | None) -> bool:
    """Whether torch's average has the geometry: no dilation, and limits of its own in 1-D and 3-D."""
    if geometry.ndim == 1 and divisor_override is not None:
        return False
    if geometry.ndim == 3 and any(k > n for k, n in zip(geometry.kernel, size, strict=True)):
        return False  # avg_pool3d refuses a window that only its padding makes room for
    return max(geometry.dilation) == 1


def check_touching(plan: PoolingPlan) -> None:
    """A maximum over padding alone has no value: torch avoids it by a limit on padding, we ask each window."""
    for axis, (window, n, outputs) in enumerate(zip(plan.windows, plan.input_size, plan.output_size, strict=True)):
        if window.dilation == 1 and 0 <= window.before < window.kernel and 0 <= window.after < window.kernel:
            continue  # no window fits into such padding; the sizes, which may be symbolic, are not asked
        for output in range(outputs):
            if not window.taps_inside(n, output):
                raise ValueError(
                    f"max pooling has no value where a window lies in the padding: output {output} of spatial axis "
                    f"{axis} with {window} reads none of its {n} elements; use less padding"
                )


def _sum_by_axis(input: Tensor, plan: PoolingPlan) -> Tensor:
    """Sum each window, one axis after another: k1 + k2 additions an output instead of k1 * k2."""
    for axis, (window, outputs) in enumerate(zip(plan.windows, plan.output_size, strict=True), 2):
        padded = _padded(input, axis, window, outputs)
        span = (outputs - 1) * window.stride + 1
        every = (slice(None),) * axis + (slice(None, None, window.stride),)
        parts = [padded.narrow(axis, tap * window.dilation, span)[every] for tap in range(window.kernel)]
        input = sum(parts[1:], parts[0])
    return input


def _padded(input: Tensor, axis: int, window: Window, outputs: int) -> Tensor:
    """Pad one axis with zeros, or crop it, and then pad as far as its last window reaches."""
    overhang = (outputs - 1) * window.stride + window.extent - window.padded_size(input.shape[axis])
    others = [0, 0] * (input.ndim - 1 - axis)
    if window.before or window.after:
        input = F.pad(input, [*others, window.before, window.after])
    return F.pad(input, [*others, 0, overhang]) if overhang > 0 else input


def divisors(plan: PoolingPlan, count_include_pad: bool, like: Tensor) -> Tensor:
    """Elements that each window counts: real ones, and with `count_include_pad` those of the padding, never beyond."""
    counted = like.new_ones(())
    for window, n, outputs in zip(plan.windows, plan.input_size, plan.output_size, strict=True):
        if count_include_pad:
            padded = Window(window.kernel, window.stride, window.dilation)
            counts = [len(padded.taps_inside(window.padded_size(n), o)) for o in range(outputs)]
        else:
            counts = [len(window.taps_inside(n, o)) for o in range(outputs)]
        counted = counted.unsqueeze(-1) * like.new_tensor(counts).clamp(min=1)
    return counted
