"""Convolution of an input with zeros between its elements."""

from collections.abc import Sequence

from torch import Tensor

from striate.arithmetic.arguments import integers
from striate.engine.arguments import Asked, ConvolutionArguments, convolution_arguments
from striate.engine.checks import check_rank, check_tensors
from striate.engine.convolution import convolution
from striate.engine.folding import overlap_add
from striate.engine.transposed import transposed_convolution
from striate.engine.transposed_arguments import transposed_arguments


def dilated_input_convolution(
    input: Tensor, weight: Tensor, bias: Tensor | None, steps: object, asked: Asked
) -> Tensor:
    """Convolve as `convolution` does, after zeros are put between the elements of the input.

    With stride 1 and zeros around it is a transposed convolution of that stride, which multiplies no zeros.
    """
    check_rank(weight.shape, asked[0])
    arguments = convolution_arguments(weight.shape[2:], *asked[1:])
    ndim = arguments.ndim
    spreads = integers(steps, ndim, "input_dilation", 1)
    shape = [*input.shape[:-ndim], *(spread_size(n, s) for n, s in zip(input.shape[-ndim:], spreads, strict=True))]
    check_tensors(shape, weight.shape, None if bias is None else bias.shape, None, arguments)
    size = tuple(shape[-ndim:])
    arguments.geometry.output_size(size)
    plain = set(arguments.geometry.stride) == {1} and arguments.value == 0.0 and arguments.activation is None
    if plain and set(arguments.modes) <= {"zeros", "constant"}:
        return _transposed(input, weight, bias, spreads, size, arguments)
    return convolution(spread(input, spreads), weight, bias, asked)


def spread_size(size: int, step: int) -> int:
    """Elements of an axis with `step - 1` zeros between two of them."""
    return max((size - 1) * step + 1, 0)


def spread(input: Tensor, steps: Sequence[int]) -> Tensor:
    """Put `step - 1` zeros between the elements of each of the last `len(steps)` axes."""
    for axis, step in enumerate(steps, input.ndim - len(steps)):
        if step > 1:
            input = overlap_add([input], axis, step, 1, spread_size(input.shape[axis], step))
    return input


def _transposed(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    steps: tuple[int, ...],
    size: tuple[int, ...],
    arguments: ConvolutionArguments,
) -> Tensor:
    """Run the convolution whose gradient by its input this one is: tap `t` is tap `K - 1 - t` there."""
    groups, ndim = arguments.groups, arguments.ndim
    reversed_ = weight.flip(tuple(range(2, weight.ndim))).unflatten(0, (groups, -1)).transpose(1, 2).flatten(0, 1)
    padding = tuple(
        (window.extent - 1 - window.before, window.extent - 1 - window.after)
        for window in arguments.geometry.windows(size)
    )
    dilation = arguments.geometry.dilation
    window = transposed_arguments(weight.shape[2:], steps, padding, (0,) * ndim, groups, dilation)
    return transposed_convolution(input, reversed_, bias, window)
