"""How far a computed sum may lie from the exact one; no tolerance is typed into a test."""

import numpy as np


def summation(magnitude, terms, dtype):
    """Bound of a sum of `terms` products in any order: gamma_n times the sum of magnitudes (Higham 2002, section 3.1).

    `magnitude` is the same computation on absolute values. Two more roundings stand for the product and the bias.
    """
    unit = np.finfo(dtype).eps / 2
    return (terms + 2) * unit / (1 - (terms + 2) * unit) * magnitude + np.finfo(dtype).tiny


def fourier(magnitude, terms, length, dtype):
    """Bound of a sum of `terms` correlations by transforms of `length` elements.

    `magnitude` is the sum over terms of the signal's 2-norm times the kernel's 1-norm. A level of a transform is off by
    at most (4 sqrt(2) + 1) units of the result's 2-norm (Higham 2002, theorem 24.2), here 8; there are three of them,
    and two levels more for the ends of a real one.
    """
    unit = np.finfo(dtype).eps / 2
    return (24 * (np.log2(length) + 2) + terms + 10) * unit * magnitude + np.finfo(dtype).tiny
