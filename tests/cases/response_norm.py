"""Response normalisations."""

import striate.nn as snn
from cases.case import Case

CASES = [
    Case(
        f"GlobalResponseNorm{len(size)}d",
        lambda: snn.GlobalResponseNorm(3, eps=1e-3),
        (2, 3, *size),
        (2, 3, *size),
        (2, 4, *size),
        r"gamma must have shape \(4,\)",
        lazy=lambda: snn.LazyGlobalResponseNorm(eps=1e-3),
        unbatched=False,
    )
    for size in ((7,), (4, 5), (3, 2, 4))
]
CASES += [
    Case(
        f"LocalResponseNorm{len(size)}d",
        lambda: snn.LocalResponseNorm(3, alpha=0.5),
        (2, 4, *size),
        (2, 4, *size),
        (2, 4),
        r"input must have at least 3 dimensions \(N, C, \*S\), but got \(2, 4\)",
        unbatched=False,
    )
    for size in ((7,), (4, 5), (3, 2, 4))
]
