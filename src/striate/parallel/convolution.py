"""Convolutions and their transposes on the part of a feature map that a rank has."""

from dataclasses import replace

from torch import Tensor
from torch.distributed.tensor import DTensor

import striate.functional as SF
import striate.nn as snn
from striate.arithmetic import Geometry
from striate.parallel.slab import Layer, Slabs
from striate.parallel.sliding import Amounts, Reading, amounts, slide
from striate.parallel.sums import total


def convolution(layer: Layer, input: DTensor, slabs: Slabs) -> DTensor:
    """Convolve: each rank gathers what its outputs read, borders and all, and slides the window without padding.

    Outside a signal with its mean around it, the signal less its mean is 0: so it is exchanged, and the mean added.
    """
    geometry, modes = _geometry(layer, input), modes_of(layer, input.ndim - 2)
    weight, bias = slabs.shared(layer.weight), slabs.shared(layer.bias)
    known = tuple("zeros" if mode == "mean" else mode for mode in modes)
    mean: Tensor | None = None
    if known != modes:
        space = tuple(range(2, input.ndim))
        mean = total(input.to_local().sum(space, keepdim=True), slabs.group) / input.shape[2:].numel()
        input = slabs.whole(input.to_local() - mean, input.shape[slabs.dim])
    value = getattr(layer, "padding_value", 0.0)

    def compute(run: Tensor, padding: Amounts) -> Tensor:
        if mean is not None:
            run, padding = SF.pad(run, padding, known) + mean, ((0, 0),) * geometry.ndim
        return SF.conv(
            run,
            weight,
            bias,
            geometry.stride,
            padding,
            geometry.dilation,
            layer.groups,
            padding_mode=known,
            padding_value=value,
            flip=getattr(layer, "flip", False),
            activation=getattr(layer, "activation", None),
        )

    mode = known[slabs.axis]
    reading = Reading(geometry, mode=mode, fill=value if mode == "constant" else 0.0)
    return slide(input, slabs, reading, compute, layer.out_channels, (weight, bias, mean))


def transposed_convolution(layer: Layer, input: DTensor, slabs: Slabs) -> DTensor:
    """Transpose a convolution: each rank spreads its own inputs, and what falls on others' outputs is sent to them.

    This is the adjoint of what `convolution` gathers, so every border rule holds.
    """
    geometry = _geometry(layer, input)
    windows = [one.window for one in geometry.transposed_windows(layer.output_padding)]
    outputs = geometry.transposed_size(input.shape[2:], layer.output_padding)
    modes, axis = modes_of(layer, geometry.ndim), slabs.axis
    exchange = slabs.exchange(outputs[axis], input.shape[slabs.dim], windows[axis], modes[axis])
    local = input.to_local()
    weight, bias = slabs.shared(layer.weight), slabs.shared(layer.bias)
    if local.shape[slabs.dim]:
        sizes = list(outputs)
        sizes[axis] = windows[axis].extent + (local.shape[slabs.dim] - 1) * windows[axis].stride
        run = SF.conv_transpose(
            local,
            weight,
            None,
            geometry.stride,
            amounts(windows, axis),
            0,
            layer.groups,
            geometry.dilation,
            padding_mode=modes,
            output_size=sizes,
            flip=getattr(layer, "flip", False),
        )
    else:
        run = slabs.nothing((input.shape[0], layer.out_channels, *outputs), local, weight)
    made = exchange.scatter(run, slabs.dim)
    if bias is not None:
        made = made + bias.reshape(-1, *(1,) * geometry.ndim)
    return slabs.whole(made, outputs[axis])


def modes_of(layer: Layer, ndim: int) -> tuple[str, ...]:
    """Return the border rule of each axis."""
    return (layer.padding_mode,) * ndim if isinstance(layer.padding_mode, str) else tuple(layer.padding_mode)


def _geometry(layer: Layer, input: DTensor) -> Geometry:
    geometry = Geometry.of(layer.kernel_size, layer.stride, layer.padding, layer.dilation, ndim=input.ndim - 2)
    if isinstance(layer, snn.CausalConvNd):  # whose padding may be a word for the other axes
        padding = [(one.before, one.after) for one in geometry.windows(input.shape[2:])]
        padding[layer.axis] = (geometry.windows(input.shape[2:])[layer.axis].extent - 1, 0)
        return replace(geometry, padding=tuple(padding))
    return geometry
