"""Convolution and pooling by their definitions in float64 NumPy; nothing here is striate's.

The border rules are `numpy.pad`'s: padding the grid of element numbers tells which element stands where.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

NUMPY_MODES = {"reflect": "reflect", "symmetric": "symmetric", "replicate": "edge", "circular": "wrap"}


@dataclass(frozen=True)
class Problem:
    """A convolution: sizes, window and border, as plain numbers."""

    batch: int
    in_channels: int
    out_channels: int
    size: tuple[int, ...]
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    amounts: tuple[tuple[int, int], ...]
    groups: int = 1
    modes: tuple[str, ...] = ()
    value: float = 0.0

    def __post_init__(self):
        object.__setattr__(self, "modes", self.modes or ("zeros",) * len(self.size))

    @property
    def input_shape(self):
        return (self.batch, self.in_channels, *self.size)

    @property
    def weight_shape(self):
        return (self.out_channels, self.in_channels // self.groups, *self.kernel)

    @property
    def accumulation(self):
        """Terms that each of forward, backward_data and backward_weight sums for one element, at most."""
        taps = int(np.prod(self.kernel))
        outputs = int(np.prod(sources(self).shape[0]))
        forward = self.in_channels // self.groups * taps
        data = self.out_channels // self.groups * taps * max(1, outputs)
        return forward, data, max(1, self.batch * outputs)


def extended_numbers(size, amounts, modes):
    """The grid of element numbers extended by the border rules; -3, -1 and -2 are places of zero, constant and mean.

    In a corner where axes disagree, zero beats the constant and the constant beats the mean.
    """
    grid = np.arange(int(np.prod(size))).reshape(size)
    for axis in sorted(range(len(size)), key=lambda axis: {"zeros": 2, "constant": 1}.get(modes[axis], 0)):
        (before, after), mode = amounts[axis], modes[axis]
        around = [(0, 0)] * grid.ndim
        around[axis] = (max(before, 0), max(after, 0))
        if mode in NUMPY_MODES:
            grid = np.pad(grid, around, NUMPY_MODES[mode])
        else:
            grid = np.pad(grid, around, constant_values={"zeros": -3, "constant": -1, "mean": -2}[mode])
        crop = [slice(None)] * grid.ndim
        crop[axis] = slice(max(-before, 0), grid.shape[axis] - max(-after, 0))
        grid = grid[tuple(crop)]
    return grid


def sources(problem):
    """Element numbers (positions, taps) that each output reads through each tap."""
    grid = extended_numbers(problem.size, problem.amounts, problem.modes)
    reach = [d * (k - 1) + 1 for k, d in zip(problem.kernel, problem.dilation, strict=True)]
    outputs = [(n - r) // s + 1 for n, r, s in zip(grid.shape, reach, problem.stride, strict=True)]
    rows = [
        [
            grid[
                tuple(p * s + t * d for p, s, t, d in zip(position, problem.stride, tap, problem.dilation, strict=True))
            ]
            for tap in product(*map(range, problem.kernel))
        ]
        for position in product(*map(range, outputs))
    ]
    return np.array(rows, dtype=np.int64).reshape(len(rows), -1)


def output_size(problem):
    return tuple(
        (n + sum(pair) - d * (k - 1) - 1) // s + 1
        for n, k, s, d, pair in zip(
            problem.size, problem.kernel, problem.stride, problem.dilation, problem.amounts, strict=True
        )
    )


def patches(input, problem):
    """What each output sees, (N, C, positions, taps)."""
    flat = np.asarray(input, dtype=np.float64).reshape(*input.shape[:2], int(np.prod(problem.size)))
    index = sources(problem)
    seen = flat[:, :, np.maximum(index, 0)]
    seen = np.where(index == -1, problem.value, seen)
    seen = np.where(index == -3, 0.0, seen)
    if (index == -2).any():
        seen = np.where(index == -2, flat.mean(2)[:, :, None, None], seen)
    return seen


def _grouped(array, groups, axis):
    shape = array.shape
    return array.reshape(*shape[:axis], groups, shape[axis] // groups, *shape[axis + 1 :])


def _by_group(grad, problem):
    outputs = int(np.prod(output_size(problem)))
    flat = np.asarray(grad, dtype=np.float64).reshape(problem.batch, problem.out_channels, outputs)
    return _grouped(flat, problem.groups, 1)


def convolution(input, weight, problem, bias=None):
    """Forward: (N, O, *T)."""
    seen = _grouped(patches(input, problem), problem.groups, 1)
    taps = _grouped(np.asarray(weight, dtype=np.float64), problem.groups, 0)
    taps = taps.reshape(*taps.shape[:3], -1)
    out = np.einsum("ngcpt,goct->ngop", seen, taps)
    out = out.reshape(problem.batch, problem.out_channels, *output_size(problem))
    return out if bias is None else out + np.asarray(bias).reshape(-1, *(1,) * len(problem.size))


def backward_data(grad, weight, problem):
    """The gradient by the input: what each output sends back through each tap, added up where it was read."""
    grad = _by_group(grad, problem)
    taps = _grouped(np.asarray(weight, dtype=np.float64), problem.groups, 0)
    taps = taps.reshape(*taps.shape[:3], -1)
    sent = np.einsum("ngop,goct->ngcpt", grad, taps)
    sent = sent.reshape(problem.batch, problem.in_channels, *sent.shape[3:])
    index = sources(problem)
    result = np.zeros((problem.batch, problem.in_channels, int(np.prod(problem.size))))
    for position, tap in zip(*np.nonzero(index >= 0), strict=True):
        result[:, :, index[position, tap]] += sent[:, :, position, tap]
    to_mean = (sent * (index == -2)).sum((2, 3))
    result += to_mean[:, :, None] / result.shape[2]
    return result.reshape(problem.input_shape)


def backward_weight(grad, input, problem):
    """The gradient by the weight."""
    grad = _by_group(grad, problem)
    seen = _grouped(patches(input, problem), problem.groups, 1)
    return np.einsum("ngop,ngcpt->goct", grad, seen).reshape(problem.weight_shape)


def _of_groups(problem):
    """Each output channel with the input channels of its group."""
    inputs, outputs = problem.in_channels // problem.groups, problem.out_channels // problem.groups
    return [(out, slice(out // outputs * inputs, (out // outputs + 1) * inputs)) for out in range(problem.out_channels)]


def local_convolution(input, weight, problem):
    """Each position by itself: what it sees times its own kernel, of a weight (*T, O, *K, C / groups)."""
    seen = patches(input, problem)
    kernels = np.asarray(weight).reshape(seen.shape[2], problem.out_channels, seen.shape[3], -1)
    result = np.zeros((problem.batch, problem.out_channels, seen.shape[2]))
    for position in range(seen.shape[2]):
        for out, group in _of_groups(problem):
            result[:, out, position] = (seen[:, group, position] * kernels[position, out].T).sum((1, 2))
    return result.reshape(problem.batch, problem.out_channels, *output_size(problem))


def local_backward_data(grad, weight, problem):
    """The gradient by the input, and the transposed layer: each position sends its kernel back to where it read."""
    index = sources(problem)
    grad = np.asarray(grad).reshape(problem.batch, problem.out_channels, len(index))
    kernels = np.asarray(weight).reshape(len(index), problem.out_channels, index.shape[1], -1)
    result = np.zeros((problem.batch, problem.in_channels, int(np.prod(problem.size))))
    for position, tap in zip(*np.nonzero(index >= 0), strict=True):
        for out, group in _of_groups(problem):
            sent = grad[:, out, position, None] * kernels[position, out, tap]
            result[:, group, index[position, tap]] += sent
    for position, tap in zip(*np.nonzero(index == -2), strict=True):
        for out, group in _of_groups(problem):
            sent = grad[:, out, position, None] * kernels[position, out, tap]
            result[:, group] += sent[..., None] / result.shape[2]
    return result.reshape(problem.input_shape)


def local_backward_weight(grad, input, problem):
    """The gradient by a weight (*T, O, *K, C / groups)."""
    seen = patches(input, problem)
    grad = np.asarray(grad).reshape(problem.batch, problem.out_channels, seen.shape[2])
    result = np.zeros((seen.shape[2], problem.out_channels, seen.shape[3], problem.in_channels // problem.groups))
    for position in range(seen.shape[2]):
        for out, group in _of_groups(problem):
            result[position, out] = (grad[:, out, position, None, None] * seen[:, group, position]).sum(0).T
    return result.reshape(*output_size(problem), problem.out_channels, *problem.kernel, result.shape[3])


def max_pool(input, size, kernel, stride, dilation, amounts, outputs):
    """Values and flat indices, by torch's rule: the first maximum wins, and the last NaN before it."""
    batch, channels = input.shape[:2]
    values = np.full((batch, channels, *outputs), -np.inf)
    indices = np.zeros(values.shape, dtype=np.int64)
    for n, c in product(range(batch), range(channels)):
        for position in product(*map(range, outputs)):
            best, where = None, None
            for place in _places(position, size, kernel, stride, dilation, amounts):
                candidate = input[(n, c, *place)]
                if best is None or candidate > best or np.isnan(candidate):
                    best, where = candidate, place
            values[(n, c, *position)], indices[(n, c, *position)] = best, np.ravel_multi_index(where, size)
    return values, indices


def avg_pool(input, size, kernel, stride, dilation, amounts, outputs, count_include_pad):
    """The sum over each window divided by what it counts; 0 where it counts nothing."""
    result = np.zeros((*input.shape[:2], *outputs))
    for position in product(*map(range, outputs)):
        total, count = 0.0, 0
        for tap in product(*map(range, kernel)):
            place = tuple(
                p * s - a[0] + t * d for p, s, a, t, d in zip(position, stride, amounts, tap, dilation, strict=True)
            )
            real = all(0 <= i < n + min(a[1], 0) for i, n, a in zip(place, size, amounts, strict=True))
            padded = all(-a[0] <= i < n + a[1] for i, n, a in zip(place, size, amounts, strict=True))
            if real:
                total = total + input[(slice(None), slice(None), *place)]
            count += real or (padded and count_include_pad)
        result[(slice(None), slice(None), *position)] = total / max(count, 1)
    return result


def pool(input, reduce, size, kernel, stride, dilation, amounts, outputs):
    """`reduce` of the elements (N, C, count) that each window reads, none of them padding."""
    result = np.zeros((*input.shape[:2], *outputs))
    for position in product(*map(range, outputs)):
        places = list(_places(position, size, kernel, stride, dilation, amounts))
        read = [input[(slice(None), slice(None), *place)] for place in places]
        result[(slice(None), slice(None), *position)] = reduce(
            np.stack([np.zeros(input.shape[:2]), *read], 2)[:, :, 1:]
        )
    return result


def adaptive_pool(input, outputs, reduce):
    """`reduce` of the elements (N, C, count) from the floor of one share of the input to the ceiling of the next."""
    result = np.zeros((*input.shape[:2], *outputs))
    for position in product(*map(range, outputs)):
        window = tuple(
            slice(int(np.floor(p * n / t)), int(np.ceil((p + 1) * n / t)))
            for p, n, t in zip(position, input.shape[2:], outputs, strict=True)
        )
        read = input[(slice(None), slice(None), *window)]
        result[(slice(None), slice(None), *position)] = reduce(read.reshape(*read.shape[:2], -1))
    return result


def _places(position, size, kernel, stride, dilation, amounts):
    for tap in product(*map(range, kernel)):
        place = tuple(
            p * s - a[0] + t * d for p, s, a, t, d in zip(position, stride, amounts, tap, dilation, strict=True)
        )
        if all(0 <= i < n + min(a[1], 0) for i, n, a in zip(place, size, amounts, strict=True)):
            yield place
