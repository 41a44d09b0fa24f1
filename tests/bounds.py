"""How far a computed sum may lie from the exact one; no tolerance is typed into a test."""

import numpy as np


def summation(magnitude, terms, dtype):
    """Bound of a sum of `terms` products in any order: gamma_n times the sum of magnitudes (Higham 2002, section 3.1).

    `magnitude` is the same computation on absolute values. Two more roundings stand for the product and the bias.
    """
    unit = np.finfo(dtype).eps / 2
    return (terms + 2) * unit / (1 - (terms + 2) * unit) * magnitude + np.finfo(dtype).tiny
