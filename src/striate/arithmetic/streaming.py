"""A causal window over a signal that comes in chunks: what each chunk adds, and what must be kept for the next."""

from dataclasses import dataclass

from striate.arithmetic.window import Window


@dataclass(frozen=True, slots=True)
class CausalStep:
    """What one chunk adds to a causal stream; all amounts count elements along the causal axis.

    Args:
        skip: first elements of the chunk that no output reads; there are some where the stride is larger than the
            window.
        before: positions before the whole signal that the chunk's first output reads.
        outputs: outputs that the chunk completes.
        kept: last elements, of what was kept and the chunk, that outputs to come read.
        seen: the count for the next step.
    """

    skip: int
    before: int
    outputs: int
    kept: int
    seen: int


def causal_step(seen: int, size: int, kernel: int, stride: int = 1, dilation: int = 1) -> CausalStep:
    """Return what a chunk of `size` elements adds to a stream; output `o` reads no later element than `o * stride`.

    Args:
        seen: `seen` of the step before; 0 at the beginning. It counts the elements that have come, less a whole number
            of strides once the beginning is out of reach: a steady stream has steady numbers.
        size: elements of the chunk, 0 or more.
        kernel: taps of the window.
        stride: step between two outputs.
        dilation: step between two taps.

    >>> causal_step(0, 4, kernel=3)
    CausalStep(skip=0, before=2, outputs=4, kept=2, seen=2)
    >>> causal_step(2, 1, kernel=3)
    CausalStep(skip=0, before=0, outputs=1, kept=2, seen=2)
    """
    reach = Window(kernel, stride, dilation).extent - 1
    if seen < 0 or size < 0:  # compared, not normalised: they may be symbols of a compiler's
        raise ValueError(f"seen and size must be at least 0, but got {seen} and {size}")
    now = seen + size
    first, after = -(-seen // stride), -(-now // stride)  # the next output before and after the chunk
    start, start_after = first * stride - reach, after * stride - reach  # where their windows begin
    return CausalStep(
        skip=min(max(start - seen, 0), size),
        before=max(-start, 0),
        outputs=after - first,
        kept=max(now - max(start_after, 0), 0),
        seen=now - min(max(start_after, 0), now) // stride * stride,
    )
