"""Layers that read nothing beside an element along the space, and so need nothing from other ranks."""

import torch
from torch.distributed.tensor import DTensor

from striate.parallel.slab import Layer, Slabs


def across_channels(layer: Layer, input: DTensor, slabs: Slabs) -> DTensor:
    """Run a layer that keeps the shape and has no parameters; some refuse a part without elements."""
    local = input.to_local()
    return slabs.whole(type(layer).forward(layer, local) if local.numel() else local, input.shape[slabs.dim])


def parametric_rectifier(layer: Layer, input: DTensor, slabs: Slabs) -> DTensor:
    """Run a rectifier that has a slope for each channel."""
    made = torch.nn.functional.prelu(input.to_local(), slabs.shared(layer.weight))
    return slabs.whole(made, input.shape[slabs.dim])
