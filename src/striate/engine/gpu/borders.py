"""Border rules inside a kernel: where a position outside the signal reads."""

import triton
import triton.language as tl

from striate.engine.arguments import BORDER_CODES

ZEROS = tl.constexpr(BORDER_CODES["zeros"])
REFLECT = tl.constexpr(BORDER_CODES["reflect"])
SYMMETRIC = tl.constexpr(BORDER_CODES["symmetric"])
CIRCULAR = tl.constexpr(BORDER_CODES["circular"])


@triton.jit
def source(position, size, MODE: tl.constexpr):
    """Return the element that stands at a position, by `striate.arithmetic.source_index`, and whether there is one.

    Args:
        position: integers, 0 is the first element.
        size: elements of the axis.
        MODE: a number of `BORDER_CODES`.
    """
    if MODE == ZEROS:
        inside = (position >= 0) & (position < size)
        return tl.where(inside, position, 0), inside
    elif MODE == CIRCULAR:
        return _remainder(position, size), tl.full(position.shape, True, tl.int1)
    elif MODE == SYMMETRIC:
        folded = _remainder(position, 2 * size)
        return tl.minimum(folded, 2 * size - 1 - folded), tl.full(position.shape, True, tl.int1)
    elif MODE == REFLECT:
        period = tl.maximum(2 * (size - 1), 1)  # one element reflects onto itself
        folded = _remainder(position, period)
        return tl.minimum(folded, tl.abs(period - folded)) * (size > 1), tl.full(position.shape, True, tl.int1)
    else:
        return tl.minimum(tl.maximum(position, 0), size - 1), tl.full(position.shape, True, tl.int1)


@triton.jit
def _remainder(position, size):
    """The remainder that is never negative; Triton's, as C's, has the sign of the position."""
    return ((position % size) + size) % size
