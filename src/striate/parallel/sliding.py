"""A window that slides over a feature map of which each rank has a part."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from torch import Tensor
from torch.distributed.tensor import DTensor

from striate.arithmetic import Geometry, Window
from striate.parallel.slab import Slabs

Amounts = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Reading:
    """What a window reads.

    Args:
        geometry: of the window.
        ceil_mode: whether a last window may hang over the end.
        mode: the border rule along the axis that is cut.
        fill: what stands outside where that rule copies nothing.
    """

    geometry: Geometry
    ceil_mode: bool = False
    mode: str = "zeros"
    fill: float = 0.0


def slide(
    input: DTensor,
    slabs: Slabs,
    reading: Reading,
    compute: Callable[[Tensor, Amounts], Tensor],
    channels: int,
    parameters: Sequence[Tensor | None] = (),
    *,
    keeps_run: bool = True,
) -> DTensor:
    """Gather what this rank's outputs read, borders and all, and compute them without padding along the cut axis.

    Args:
        input: (N, C, *S).
        slabs: how it is cut.
        reading: what the window reads.
        compute: takes what was gathered, and the padding of each axis, which is none along the cut one.
        channels: of the output.
        parameters: that `compute` reads, so that a rank without outputs takes part in their sums.
        keeps_run: whether `compute` keeps what was gathered for its backward pass; it is kept in parts then.
    """
    axis, size = slabs.axis, input.shape[2:]
    windows = reading.geometry.windows(size)
    outputs = reading.geometry.output_size(size, ceil_mode=reading.ceil_mode)
    exchange = slabs.exchange(size[axis], outputs[axis], windows[axis], reading.mode)
    gathered = exchange.gather(input.to_local(), slabs.dim, reading.fill)
    if not slabs.own(outputs[axis]):
        made = slabs.nothing((input.shape[0], channels, *outputs), gathered.run, *parameters)
    else:
        with gathered.kept_in_parts() if keeps_run else nullcontext():
            made = compute(gathered.run, amounts(windows, axis))
    return slabs.whole(made, outputs[axis])


def amounts(windows: Sequence[Window], axis: int) -> Amounts:
    """Return the padding of each axis; along the cut one it has been gathered."""
    return tuple((0, 0) if place == axis else (one.before, one.after) for place, one in enumerate(windows))
