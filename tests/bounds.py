"""How far a computed sum may lie from the exact one; no tolerance is typed into a test."""

import numpy as np


def summation(magnitude, terms, dtype):
    """Bound of a sum of `terms` products in any order: gamma_n times the sum of magnitudes (Higham 2002, section 3.1).

    `magnitude` is the same computation on absolute values. Two more roundings stand for the product and the bias.
    """
    unit = np.finfo(dtype).eps / 2
    return (terms + 2) * unit / (1 - (terms + 2) * unit) * magnitude + np.finfo(dtype).tiny


def winograd_matrices():
    """A, G and B^T of F(4, 3) at the points 0, 5/8, -5/8, 3/2, -3/2 and infinity, by their definition."""
    points = [0, 5 / 8, -5 / 8, 3 / 2, -3 / 2]
    outputs = np.vstack([np.vander(points, 4, increasing=True), [0, 0, 0, 1]])
    scale = [np.prod([x - y for y in points if y != x]) for x in points]
    taps = np.vstack([np.vander(points, 3, increasing=True) / np.reshape(scale, (-1, 1)), [0, 0, 1]])
    signal = np.zeros((6, 6))
    for i, x in enumerate(points):
        signal[i, :5] = np.poly([y for y in points if y != x])[::-1]
    signal[5] = np.poly(points)[::-1]
    return outputs, taps, signal


def winograd(direction, signal, factor, terms, dtype):
    """Bound of F(4x4, 3x3): each rounding is carried through absolute values of the transforms (csrc/winograd).

    Forward and backward_data: `signal` is the largest magnitude of what is convolved, `factor` (O, 3, 3) the sums of
    the weights' magnitudes over what an output channel sums, `terms` their number; one bound an output channel.
    Backward_weight: `signal` as before, `factor` the largest magnitude of the output's gradient, `terms` the tiles.
    """
    outputs, taps, reads = (np.abs(matrix) for matrix in winograd_matrices())
    reach = reads.sum(1)
    if direction == "backward_weight":
        sides = outputs.sum(1) * reach
        magnitude = terms * factor * signal * (taps.T @ np.outer(sides, sides) @ taps).max()
    else:
        products = (taps @ factor @ taps.T) * np.outer(reach, reach) * signal
        magnitude = (outputs.T @ products @ outputs).max((1, 2))
    return summation(magnitude, terms + 40, dtype)  # 40 roundings: the transforms' own, and the sums of parts
