"""Transposed convolution: the gradient by the input of a convolution, run forwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from striate.arithmetic.arguments import integer, integers
from striate.engine.arguments import ConvolutionArguments, convolution_arguments
from striate.engine.cache import remembered
from striate.engine.checks import check_devices
from striate.engine.guard import is_traced, layout_of, why_not
from striate.engine.kernel import KernelCall, transpose
from striate.engine.planning import kernel_call
from striate.engine.selection import forced_kernel

TORCH: dict[int, Any] = {1: torch.conv_transpose1d, 2: torch.conv_transpose2d, 3: torch.conv_transpose3d}


@dataclass(frozen=True, eq=False)
class TransposedArguments:
    """One transposed convolution's arguments; made by `transposed_arguments`, so that equal arguments are one object.

    Args:
        kernel: taps an axis.
        stride: step between the places of two inputs, an axis.
        padding: outputs left out on both sides of an axis.
        output_padding: outputs added after an axis.
        groups: channel groups.
        dilation: step between two taps, an axis.
    """

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    output_padding: tuple[int, ...]
    groups: int
    dilation: tuple[int, ...]

    @property
    def ndim(self) -> int:
        """Number of spatial axes."""
        return len(self.kernel)

    def output_size(self, size: Sequence[int]) -> tuple[int, ...]:
        """Return the spatial size of the output for an input of `size`; ValueError where nothing is left."""
        axes = zip(size, self.stride, self.padding, self.dilation, self.kernel, self.output_padding, strict=True)
        sizes = tuple((n - 1) * s - 2 * p + d * (k - 1) + extra + 1 for n, s, p, d, k, extra in axes)
        if min(sizes) < 1:
            raise ValueError(f"an input of spatial size {tuple(size)} has an output of {sizes}; use less padding")
        return sizes

    @property
    def of_convolution(self) -> ConvolutionArguments:
        """The convolution, from output to input, whose gradient by its input this is.

        An output padding of the stride or more would have it see one more window: what is past the last is cropped.
        """
        axes = zip(self.padding, self.output_padding, self.stride, strict=True)
        padding = tuple((p, p if extra < stride else p - extra) for p, extra, stride in axes)
        return convolution_arguments(self.kernel, self.stride, padding, self.dilation, self.groups, "zeros", 0.0)


@remembered
def transposed_arguments(
    kernel: Sequence[int], stride: object, padding: object, output_padding: object, groups: object, dilation: object
) -> TransposedArguments:
    """Normalise the arguments of a transposed convolution.

    Raises:
        ValueError: a number out of range, or too many.
        TypeError: no number.
    """
    ndim = len(kernel)
    arguments = TransposedArguments(
        tuple(kernel),
        integers(stride, ndim, "stride", 1),
        integers(padding, ndim, "padding", 0),
        integers(output_padding, ndim, "output_padding", 0),
        integer(groups, "groups", 1),
        integers(dilation, ndim, "dilation", 1),
    )
    for extra, step, spread in zip(arguments.output_padding, arguments.stride, arguments.dilation, strict=True):
        if extra >= max(step, spread):
            raise ValueError(
                f"output_padding must be smaller than stride or dilation, but got {arguments.output_padding} for "
                f"stride {arguments.stride} and dilation {arguments.dilation}"
            )
    return arguments


def transposed_convolution(
    input: Tensor, weight: Tensor, bias: Tensor | None, arguments: TransposedArguments
) -> Tensor:
    """Apply a transposed convolution to (N, C, *S) or (C, *S); `functional.conv_transpose` has the meaning."""
    if input.ndim == arguments.ndim + 1 and not is_traced():
        return transposed_convolution(input.unsqueeze(0), weight, bias, arguments).squeeze(0)
    if is_traced():
        return _torchs(input, weight, bias, arguments)
    forced, reason = forced_kernel(), why_not(input, weight, bias)
    if reason is not None:
        check_devices(input, weight, bias)
        if forced not in {None, "torch"}:
            raise RuntimeError(f"the kernel {forced!r} is forced and cannot run: {reason}")
        return _torchs(input, weight, bias, arguments)
    bias_shape = None if bias is None else bias.shape
    dtypes = (input.dtype, weight.dtype)
    call = transposed_call(arguments, input.shape, weight.shape, bias_shape, dtypes, layout_of(input), forced)
    if not call.runs_transposed(input, weight):
        return _torchs(input, weight, bias, arguments)
    shape = torch.Size(output_shape(arguments, input.shape, weight.shape))
    output = transpose(input, weight, shape, call)
    return output if bias is None else output.add_(bias.reshape(-1, *(1,) * arguments.ndim))


@lru_cache(maxsize=4096)
def transposed_call(
    arguments: TransposedArguments,
    input: torch.Size,
    weight: torch.Size,
    bias: torch.Size | None,
    dtypes: tuple[torch.dtype, torch.dtype],
    layout: str,
    forced: str | None,
) -> KernelCall:
    """Plan the convolution that is transposed; the arguments and errors are those of `kernel_call`."""
    _check(arguments, input, weight, bias, dtypes)
    shape = torch.Size(output_shape(arguments, input, weight))
    return kernel_call(arguments.of_convolution, shape, weight, None, dtypes, layout, forced)


def output_shape(arguments: TransposedArguments, input: Sequence[int], weight: Sequence[int]) -> tuple[int, ...]:
    """Return (N, O, *T) for an input of (N, C, *S) and a weight of (C, O / groups, *K)."""
    return (input[0], weight[1] * arguments.groups, *arguments.output_size(input[2:]))


def _check(
    arguments: TransposedArguments,
    input: torch.Size,
    weight: torch.Size,
    bias: torch.Size | None,
    dtypes: tuple[torch.dtype, torch.dtype],
) -> None:
    ndim, groups = arguments.ndim, arguments.groups
    if len(input) != ndim + 2:
        raise ValueError(
            f"input must have {ndim + 2} dimensions (N, C and {ndim} spatial), or {ndim + 1} without a batch, "
            f"but got {len(input)}: {tuple(input)}"
        )
    if input[1] != weight[0]:
        raise ValueError(
            f"input must have {weight[0]} channels for a weight of {tuple(weight)}, but got {input[1]}: {tuple(input)}"
        )
    if weight[0] % groups:
        raise ValueError(f"weight has {weight[0]} input channels, which groups {groups} does not divide")
    if bias is not None and tuple(bias) != (weight[1] * groups,):
        raise ValueError(f"bias must have shape {(weight[1] * groups,)}, but got {tuple(bias)}")
    if dtypes[0] != dtypes[1]:
        raise TypeError(f"input has dtype {dtypes[0]} and weight {dtypes[1]}; they must be the same")


def _torchs(input: Tensor, weight: Tensor, bias: Tensor | None, arguments: TransposedArguments) -> Tensor:
    if arguments.ndim not in TORCH:
        raise ValueError(f"weight must have 3 to 5 dimensions (C, O / groups, *K), but got {tuple(weight.shape)}")
    output: Tensor = TORCH[arguments.ndim](
        input,
        weight,
        bias,
        arguments.stride,
        arguments.padding,
        arguments.output_padding,
        arguments.groups,
        arguments.dilation,
    )
    return output
