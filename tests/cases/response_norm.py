"""Global response normalisation."""

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
