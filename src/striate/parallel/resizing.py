"""Resizing a feature map of which each rank has a part."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.distributed.tensor import DTensor
from torch.nn import functional as F

from striate.arithmetic import resized_size
from striate.functional.resize import resize
from striate.parallel.convolution import convolution
from striate.parallel.slab import Layer, Slabs

LINES = {"nearest": "nearest", "nearest-exact": "nearest-exact"}
LINES |= dict.fromkeys(("linear", "bilinear", "trilinear"), "linear")


def upsampling(layer: Layer, input: DTensor, slabs: Slabs) -> DTensor:
    """Resize as `torch.nn.Upsample` does, by nearest neighbours or linearly."""
    ndim, axis = input.ndim - 2, slabs.axis
    key, given = ("size", layer.size) if layer.scale_factor is None else ("scale_factor", layer.scale_factor)
    wanted = tuple(given) if isinstance(given, tuple | list) else (given,) * ndim
    how = {"align_corners": layer.align_corners, "recompute_scale_factor": layer.recompute_scale_factor}

    def line(signal: Tensor) -> Tensor:
        asked: dict[str, Any] = {key: wanted[axis], "mode": LINES[layer.mode]}
        return F.interpolate(signal, **asked, **how)

    def others(run: Tensor) -> Tensor:
        same = run.shape[slabs.dim] if key == "size" else 1.0
        asked: dict[str, Any] = {key: tuple(same if place == axis else one for place, one in enumerate(wanted))}
        return F.interpolate(run, **asked, mode=layer.mode, **how)

    return _resize(input, slabs, line, others)


def resizing_convolution(layer: Layer, input: DTensor, slabs: Slabs) -> DTensor:
    """Resize, then convolve."""
    size = resized_size(input.shape[2:], layer.scale_factor, layer.size)

    def line(signal: Tensor) -> Tensor:
        return resize(signal, (size[slabs.axis],), layer.mode, layer.align_corners)

    def others(run: Tensor) -> Tensor:
        each = tuple(run.shape[slabs.dim] if place == slabs.axis else one for place, one in enumerate(size))
        return resize(run, each, layer.mode, layer.align_corners)

    return convolution(layer, _resize(input, slabs, line, others), slabs)


def _resize(
    input: DTensor, slabs: Slabs, line: Callable[[Tensor], Tensor], others: Callable[[Tensor], Tensor]
) -> DTensor:
    """Resize along the cut axis by copies of the two elements next to each place, then along the others.

    Args:
        input: (N, C, *S).
        slabs: how it is cut.
        line: resizes a signal (1, 1, L) as the cut axis is; what it makes of 0, 1, 2, ... are the places.
        others: resizes all axes but the cut one.
    """
    size = input.shape[slabs.dim]
    places = line(torch.arange(size, dtype=torch.float64).reshape(1, 1, size))[0, 0].numpy()
    below = np.floor(places).astype(np.int64)
    shares = places - below
    local, own = input.to_local(), slabs.own(len(places))
    run = slabs.copies(size, below).gather(local, slabs.dim).run
    if shares.any():
        above = slabs.copies(size, np.minimum(below + 1, size - 1)).gather(local, slabs.dim).run
        share = torch.as_tensor(shares[own.start : own.stop], dtype=run.dtype, device=run.device)
        run = run + (above - run) * share.reshape(-1, *(1,) * (input.ndim - 1 - slabs.dim))
    if own:
        return slabs.whole(others(run), len(places))
    one = torch.empty([1 if dim == slabs.dim else length for dim, length in enumerate(input.shape)], device="meta")
    return slabs.whole(slabs.nothing(others(one).shape, run), len(places))
