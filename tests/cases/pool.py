"""Pooling and unpooling, each with arguments that torch.nn's layers lack where there are any."""

import math

import torch

import striate.nn as snn
from cases.case import Case

INPUT = {1: (2, 3, 9), 2: (2, 3, 9, 6), 3: (2, 3, 5, 6, 7)}
SMALL = {1: (2, 3, 4), 2: (2, 3, 4, 3), 3: (2, 3, 2, 3, 2)}


def case(name, ndim, build, output, refused=None, says="larger than the padded input", **more):
    """A case over `ndim` axes; by default inputs of 1 element an axis are refused."""
    shape = (2, 3, *(1,) * ndim) if refused is None else refused
    return Case(f"{name}{ndim}d", build, INPUT[ndim], (2, 3, *output), shape, says, **more)


def layer(name, ndim, *arguments, **more):
    """What makes the layer `name` over `ndim` axes."""
    return lambda: getattr(snn, f"{name}{ndim}d")(*arguments, **more)


def fractional(ndim):
    """What makes a fractional pooling with windows of its own."""
    face = getattr(snn, f"FractionalMaxPool{ndim}d")
    return lambda: face(2, 4, _random_samples=torch.full((1, 1, ndim), 0.3))


def found(ndim):
    """What makes the arguments of an unpooling by 2: places at the second element of each window's last axis."""

    def arguments(input):
        size = [2 * n for n in input.shape[-ndim:]]
        plane = torch.arange(math.prod(size)).reshape(size)[(*(slice(None, None, 2),) * (ndim - 1), slice(1, None, 2))]
        return input, plane.expand(input.shape).contiguous()

    return arguments


WINDOWED = [
    ("MaxPool", (3, 2, "same"), {"dilation": 2}, {1: (5,), 2: (5, 3), 3: (3, 3, 4)}),
    ("MinPool", (2, 2, "same_lower"), {"ceil_mode": True}, {1: (5,), 2: (5, 3), 3: (3, 3, 4)}),
    ("AvgPool", (3, 2, "causal"), {"dilation": 2}, {1: (5,), 2: (5, 3), 3: (3, 3, 4)}),
    ("SumPool", (2, 2, "full"), {}, {1: (5,), 2: (5, 4), 3: (3, 4, 4)}),
]

RANK = "input must have|spatial axes"

CASES = []
for n in (1, 2, 3):
    rank = (2, 3, *(4,) * (n + 1))
    for name, arguments, more, outputs in WINDOWED:
        CASES.append(case(name, n, layer(name, n, *arguments, **more), outputs[n], rank, RANK))
    halves = tuple(s // 2 for s in INPUT[n][2:])
    pairs = tuple((1, 0) for _ in range(n))
    CASES += [
        case(
            "LpPool", n, layer("LpPool", n, 3, 2, padding=pairs), tuple((s + 1) // 2 for s in INPUT[n][2:]), rank, RANK
        ),
        case("AdaptiveMaxPool", n, layer("AdaptiveMaxPool", n, 4), (4,) * n, rank, RANK),
        case("AdaptiveAvgPool", n, layer("AdaptiveAvgPool", n, 3), (3,) * n, rank, RANK),
        case("AdaptiveLpPool", n, layer("AdaptiveLpPool", n, 2, 4), (4,) * n, rank, RANK),
        case(
            "FractionalMaxPool",
            n,
            fractional(n),
            (4,) * n,
            says="has 1 to 0 outputs",
        ),
        case("BlurPool", n, layer("BlurPool", n, 5), tuple(-(-s // 2) for s in INPUT[n][2:]), rank, RANK),
        case("MaxBlurPool", n, layer("MaxBlurPool", n, 2), halves),
        case(
            "AdaptivePolyphaseSampling",
            n,
            layer("AdaptivePolyphaseSampling", n, 2),
            tuple(-(-s // 2) for s in INPUT[n][2:]),
            rank,
            RANK,
        ),
    ]
    CASES += [
        Case(
            f"Unpool{n}d",
            layer("Unpool", n, 3, 2, "average", padding=1, dilation=1),
            SMALL[n],
            (2, 3, *(2 * (s - 1) + 1 for s in SMALL[n][2:])),
            rank,
            RANK,
        ),
        Case(
            f"MaxUnpool{n}d",
            layer("MaxUnpool", n, 2),
            SMALL[n],
            (2, 3, *(2 * s for s in SMALL[n][2:])),
            rank,
            RANK,
            arguments=found(n),
        ),
    ]
CASES += [
    Case("GlobalMaxPool", snn.GlobalMaxPool, INPUT[1], (2, 3, 1), (2, 3), RANK, unbatched=False),
    Case("GlobalAvgPool", snn.GlobalAvgPool, INPUT[2], (2, 3, 1, 1), (2, 3), RANK, unbatched=False),
    Case("GlobalMinPool", snn.GlobalMinPool, INPUT[3], (2, 3, 1, 1, 1), (2, 3), RANK, unbatched=False),
    Case("GlobalSumPool", lambda: snn.GlobalSumPool(False), INPUT[2], (2, 3), (2, 3), RANK, unbatched=False),
    Case("GlobalLpPool", lambda: snn.GlobalLpPool(3), INPUT[2], (2, 3, 1, 1), (2, 3), RANK, unbatched=False),
]
