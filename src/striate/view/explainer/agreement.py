"""Whether the arithmetic that a page shows is the one that the network did."""

from collections.abc import Sequence
from functools import reduce
from math import prod

import numpy as np
import torch
from torch import Tensor

from striate.view.explainer.kinds import Arithmetic

PROBES = 8  # outputs that are computed again
Reads = Sequence[Sequence[Sequence[int | None]]]


def agrees(
    arithmetic: Arithmetic,
    inputs: Sequence[Tensor],
    output: Tensor,
    reads: Reads,
    divisors: Sequence[Sequence[int]] | None,
) -> bool:
    """Return whether the arithmetic gives the network's output, at a few places of it.

    A layer may be a subclass that does something else, or be called in a way that its arguments do not tell: it is
    taken apart only where this holds.

    Args:
        arithmetic: What the page would show.
        inputs: Without the batch.
        output: Likewise.
        reads: As in `schema.Operation`.
        divisors: Likewise.
    """
    try:
        if arithmetic.kind in {"convolution", "pooling", "linear"}:
            return all(_agrees_at(arithmetic, inputs[0], output, reads, divisors, place) for place in _places(output))
        return _agrees_everywhere(arithmetic, inputs, output)
    except (RuntimeError, IndexError):  # the shapes are not those of the arithmetic
        return False


def _places(output: Tensor) -> list[tuple[int, ...]]:
    """Return positions spread over a tensor."""
    flat = np.linspace(0, max(output.numel() - 1, 0), min(PROBES, output.numel())).astype(int)
    return [tuple(int(index) for index in np.unravel_index(item, output.shape)) for item in flat]


def _agrees_everywhere(arithmetic: Arithmetic, inputs: Sequence[Tensor], output: Tensor) -> bool:
    match arithmetic.kind:
        case "scaling":
            shape = (-1,) + (1,) * (output.ndim - 1)
            scaled = inputs[0].double() * _numbers(arithmetic.weight).reshape(shape)
            shift = _numbers(arithmetic.bias).reshape(shape)
            return _close(scaled + shift, output, scaled.abs() + shift.abs(), 4)
        case "sum":
            return _close(
                reduce(torch.add, inputs), output, reduce(torch.add, [item.abs() for item in inputs]), len(inputs)
            )
        case "product":
            product = reduce(torch.mul, inputs)
            return _close(product, output, product.abs(), len(inputs))
        case "concatenation":
            return torch.equal(torch.cat(list(inputs)), output)
        case "rearrangement":
            return torch.equal(inputs[0].flatten(), output.flatten())
        case _:
            return inputs[0].shape == output.shape


def _agrees_at(
    arithmetic: Arithmetic,
    input: Tensor,
    output: Tensor,
    reads: Reads,
    divisors: Sequence[Sequence[int]] | None,
    place: tuple[int, ...],
) -> bool:
    """Compute one output again in float64."""
    input = input.double()
    if arithmetic.kind == "linear":
        row = input.reshape(-1, input.shape[-1])[flat_index(place[:-1], output.shape[:-1])]
        return _sums(row, _numbers(arithmetic.weight)[place[-1]], arithmetic, place[-1], output[place])
    channel, axes = place[0], list(place[1:]) or [0] * len(reads)
    seats = [reads[axis][at] for axis, at in enumerate(axes)]
    if arithmetic.kind == "pooling":
        window = _window(input[channel : channel + 1], seats, float("nan"))
        numbers = window[~window.isnan()]
        by = prod(counts[at] for counts, at in zip(divisors or (), axes, strict=False))
        value = {"max": numbers.max, "min": numbers.min}.get(arithmetic.reduction or "", numbers.sum)() / by
        return _close(value, output[place], numbers.abs().sum() / by, numbers.numel())
    weight = _numbers(arithmetic.weight)
    outputs, inputs = len(output) // arithmetic.groups, len(input) // arithmetic.groups
    first = channel // outputs * inputs
    kernel = weight[first : first + inputs, channel % outputs] if arithmetic.transposed else weight[channel]
    window = _window(input[first : first + inputs], seats, arithmetic.outside)
    return kernel.shape == window.shape and _sums(window, kernel, arithmetic, channel, output[place])


def flat_index(place: Sequence[int], shape: Sequence[int]) -> int:
    """Return the number of a position, the last axis running fastest.

    >>> flat_index((1, 2), (3, 4))
    6
    """
    return reduce(lambda index, item: index * item[1] + item[0], zip(place, shape, strict=True), 0)


def _numbers(parameter: Tensor | None) -> Tensor:
    return torch.zeros(1, dtype=torch.float64) if parameter is None else parameter.detach().cpu().double()


def _sums(window: Tensor, kernel: Tensor, arithmetic: Arithmetic, channel: int, output: Tensor) -> bool:
    products = window * kernel
    bias = 0.0 if arithmetic.bias is None else float(arithmetic.bias.detach()[channel])
    return _close(products.sum() + bias, output, products.abs().sum() + abs(bias), products.numel() + 1)


def _window(input: Tensor, seats: Sequence[Sequence[int | None]], outside: float) -> Tensor:
    """Return the elements (C, *taps) that the taps of a window read."""
    for axis, read in enumerate(seats, start=1):
        indices = torch.tensor([-1 if seat is None else seat for seat in read])
        shape = [-1 if dim == axis else 1 for dim in range(input.ndim)]
        missing = (indices < 0).reshape(shape)
        input = input.index_select(axis, indices.clamp(min=0)).masked_fill(missing, outside)
    return input


def _close(found: Tensor, output: Tensor, magnitude: Tensor, terms: int) -> bool:
    """Whether two sums of so many terms differ by no more than rounding, the terms' sizes adding up to `magnitude`."""
    unit = torch.finfo(output.dtype if output.is_floating_point() else torch.float32).eps
    bound = 2 * (terms + 2) * unit * magnitude.double()
    return bool(((found.double() - output.double()).abs() <= bound).all())
