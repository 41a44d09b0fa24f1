"""How far a computed sum may lie from the exact one; no tolerance is typed into a test."""

import numpy as np


def summation(magnitude, terms, dtype):
    """Bound of a sum of `terms` products in any order: gamma_n times the sum of magnitudes (Higham 2002, section 3.1).

    `magnitude` is the same computation on absolute values. Two more roundings stand for the product and the bias.
    """
    unit = np.finfo(dtype).eps / 2
    return (terms + 2) * unit / (1 - (terms + 2) * unit) * magnitude + np.finfo(dtype).tiny


def _transforms(points, outputs):
    """A, G and B^T of F(outputs, taps) at these points and infinity, by their definition."""
    size = len(points) + 1
    count = size + 1 - outputs
    results = np.vstack([np.vander(points, outputs, increasing=True), np.eye(outputs)[-1]])
    scale = [np.prod([x - y for y in points if y != x]) for x in points]
    taps = np.vstack([np.vander(points, count, increasing=True) / np.reshape(scale, (-1, 1)), np.eye(count)[-1]])
    signal = np.zeros((size, size))
    for i, x in enumerate(points):
        signal[i, : size - 1] = np.poly([y for y in points if y != x])[::-1]
    signal[-1] = np.poly(points)[::-1]
    return results, taps, signal


def winograd_matrices():
    return _transforms([0, 5 / 8, -5 / 8, 3 / 2, -3 / 2], 4)


def samples_matrices():
    return _transforms([0, 1, -1, 2, -2], 2)


def toom_matrices():
    return _transforms([0, 1, -1, 2], 3)


def first_matrices(taps):
    return _transforms([0, 1, -1, 2, -2, 0.5][: taps + 2], 4)


def winograd(direction, signal, factor, terms, dtype, matrices=winograd_matrices):
    """Bound of F(4x4, 3x3) or another: each rounding is carried through absolute values of the transforms.

    Forward and backward_data: `signal` is the largest magnitude of what is convolved, `factor` (O, K, K) the sums of
    the weights' magnitudes over what an output channel sums, `terms` their number; one bound an output channel.
    Backward_weight: `signal` as before, `factor` the largest magnitude of the output's gradient, `terms` the tiles.
    """
    outputs, taps, reads = (np.abs(matrix) for matrix in matrices())
    reach = reads.sum(1)
    if direction == "backward_weight":
        sides = outputs.sum(1) * reach
        magnitude = terms * factor * signal * (taps.T @ np.outer(sides, sides) @ taps).max()
    else:
        products = (taps @ factor @ taps.T) * np.outer(reach, reach) * signal
        magnitude = (outputs.T @ products @ outputs).max((1, 2))
    return summation(magnitude, terms + 40, dtype)  # 40 roundings: the transforms' own, and the sums of parts


def fourier(magnitude, terms, length, dtype):
    """Bound of a sum of `terms` correlations by transforms of `length` elements.

    `magnitude` is the sum over terms of the signal's 2-norm times the kernel's 1-norm. A level of a transform is off by
    at most (4 sqrt(2) + 1) units of the result's 2-norm (Higham 2002, theorem 24.2), here 8; there are three
    transforms, and two levels more for the ends of a real one.
    """
    unit = np.finfo(dtype).eps / 2
    return (24 * (np.log2(length) + 2) + terms + 10) * unit * magnitude + np.finfo(dtype).tiny


def along_rows(matrices, direction, signal, factor, terms, dtype):
    """Bound of F(m, k) along a row: each rounding is carried through absolute values of the transforms.

    `matrices` are those of csrc/toom or csrc/first. Forward and backward_data: `signal` is the largest magnitude of
    what is convolved, `factor` (O, k) the sums of the weights' magnitudes over what an output channel sums, taps of the
    last axis in chunks of k, `terms` their number; one bound an output channel. Backward_weight: `factor` the largest
    of the output's gradient, `terms` the tiles.
    """
    outputs, taps, reads = (np.abs(matrix) for matrix in matrices)
    reach = reads.sum(1) * signal
    if direction == "backward_weight":
        magnitude = terms * factor * (outputs.T @ (taps.sum(1) * reach)).max()
    else:
        magnitude = ((factor @ taps.T * reach) @ outputs).max(1)
    return summation(magnitude, terms + 24, dtype)  # 24 roundings: the transforms' own, and the sums of parts
