"""What each layer does on the part of a feature map that a rank has."""

from collections.abc import Callable
from math import inf
from typing import Any

from torch import Tensor, nn
from torch.distributed.tensor import DTensor

import striate.functional as SF
import striate.nn as snn
from striate.arithmetic import Geometry
from striate.parallel.batch_norm import batch_normalisation
from striate.parallel.slab import Slabs

Layer = Any  # layers are read by their attributes, which torch.nn's types are narrower than
Run = Callable[[Layer, DTensor, Slabs], DTensor]


def convolution(layer: Layer, input: DTensor, slabs: Slabs) -> DTensor:
    """Convolve: each rank gathers what its outputs read, borders and all, and slides the window without padding."""
    geometry = _geometry(layer, input)
    windows, outputs = geometry.windows(input.shape[2:]), geometry.output_size(input.shape[2:])
    modes = _modes(layer, geometry.ndim)
    mode, axis = modes[slabs.axis], slabs.axis
    value = getattr(layer, "padding_value", 0.0)
    exchange = slabs.exchange(input.shape[slabs.dim], outputs[axis], windows[axis], mode)
    gathered = exchange.gather(input.to_local(), slabs.dim, value if mode == "constant" else 0.0)
    weight, bias = slabs.shared(layer.weight), slabs.shared(layer.bias)
    if not slabs.own(outputs[axis]):
        shape = [input.shape[0], layer.out_channels, *outputs]
        shape[slabs.dim] = 0
        return slabs.whole(slabs.nothing(shape, gathered.run, weight, bias), outputs[axis])
    with gathered.kept_in_parts():
        made = SF.conv(
            gathered.run,
            weight,
            bias,
            geometry.stride,
            _amounts(windows, axis),
            geometry.dilation,
            layer.groups,
            padding_mode=modes,
            padding_value=value,
        )
    return slabs.whole(made, outputs[axis])


def transposed_convolution(layer: Layer, input: DTensor, slabs: Slabs) -> DTensor:
    """Transpose a convolution: each rank spreads its own inputs, and what falls on others' outputs is sent to them.

    This is the adjoint of what `convolution` gathers, so every border rule holds.
    """
    geometry = _geometry(layer, input)
    transposed = geometry.transposed_windows(layer.output_padding)
    windows = [one.window for one in transposed]
    outputs = geometry.transposed_size(input.shape[2:], layer.output_padding)
    modes, axis = _modes(layer, geometry.ndim), slabs.axis
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
            _amounts(windows, axis),
            0,
            layer.groups,
            geometry.dilation,
            padding_mode=modes,
            output_size=sizes,
        )
    else:
        shape = [input.shape[0], layer.out_channels, *outputs]
        shape[slabs.dim] = 0
        run = slabs.nothing(shape, local, weight)
    made = exchange.scatter(run, slabs.dim)
    if bias is not None:
        made = made + bias.reshape(-1, *(1,) * geometry.ndim)
    return slabs.whole(made, outputs[axis])


def pooling(fill: float, pool: Callable[..., Tensor]) -> Run:
    """Return how a pooling is run: `fill`, which stands for what is outside, and the function of the run."""

    def run_layer(layer: Layer, input: DTensor, slabs: Slabs) -> DTensor:
        ndim, axis = input.ndim - 2, slabs.axis
        geometry = Geometry.of(
            layer.kernel_size,
            layer.kernel_size if layer.stride is None else layer.stride,
            layer.padding,
            getattr(layer, "dilation", 1),
            ndim=ndim,
        )
        windows = geometry.windows(input.shape[2:])
        outputs = geometry.output_size(input.shape[2:], ceil_mode=layer.ceil_mode)
        exchange = slabs.exchange(input.shape[slabs.dim], outputs[axis], windows[axis], "zeros")
        gathered = exchange.gather(input.to_local(), slabs.dim, fill)
        if slabs.own(outputs[axis]):
            with gathered.kept_in_parts():
                made = pool(layer, gathered.run, geometry, _amounts(windows, axis))
        else:
            shape = [*input.shape[:2], *outputs]
            shape[slabs.dim] = 0
            made = slabs.nothing(shape, gathered.run)
        return slabs.whole(made, outputs[axis])

    return run_layer


def _max(layer: Layer, run: Tensor, geometry: Geometry, padding: Any) -> Tensor:  # noqa: ANN401
    window = geometry.kernel, geometry.stride, padding, geometry.dilation, layer.ceil_mode
    pooled: Tensor = SF.max_pool(run, *window)
    return pooled


def _min(layer: Layer, run: Tensor, geometry: Geometry, padding: Any) -> Tensor:  # noqa: ANN401
    return -_max(layer, -run, geometry, padding)


def _average(layer: Layer, run: Tensor, geometry: Geometry, padding: Any) -> Tensor:  # noqa: ANN401
    window = geometry.kernel, geometry.stride, padding, False, True, getattr(layer, "divisor_override", None)
    return SF.avg_pool(run, *window, dilation=geometry.dilation)


def _geometry(layer: Layer, input: DTensor) -> Geometry:
    return Geometry.of(layer.kernel_size, layer.stride, layer.padding, layer.dilation, ndim=input.ndim - 2)


def _modes(layer: Layer, ndim: int) -> tuple[str, ...]:
    return (layer.padding_mode,) * ndim if isinstance(layer.padding_mode, str) else tuple(layer.padding_mode)


def _amounts(windows: Any, axis: int) -> tuple[tuple[int, int], ...]:  # noqa: ANN401
    """Return the padding of each axis; along the cut one it has been gathered."""
    return tuple((0, 0) if place == axis else (one.before, one.after) for place, one in enumerate(windows))


_MAX, _AVERAGE = pooling(-inf, _max), pooling(0.0, _average)
_FACES = ("1d", "2d", "3d")

# Layers that are run otherwise than on one machine; a subclass may compute anything, so the classes themselves.
LAYERS: dict[type[nn.Module], Run] = {
    snn.ConvNd: convolution,
    snn.ConvTransposeNd: transposed_convolution,
    **{getattr(room, f"Conv{face}"): convolution for room in (nn, snn) for face in _FACES},
    **{getattr(room, f"ConvTranspose{face}"): transposed_convolution for room in (nn, snn) for face in _FACES},
    **{getattr(room, f"MaxPool{face}"): _MAX for room in (nn, snn) for face in _FACES},
    **{getattr(room, f"AvgPool{face}"): _AVERAGE for room in (nn, snn) for face in _FACES},
    **{getattr(snn, f"MinPool{face}"): pooling(inf, _min) for face in _FACES},
    **{getattr(nn, f"BatchNorm{face}"): batch_normalisation for face in _FACES},
}


def refuse(path: str, layer: Layer, slabs: Slabs) -> None:
    """Raise a ValueError that names a layer which cannot be run on parts."""
    named = f"{type(layer).__name__} {path!r}"
    if type(layer) in LAYERS:
        modes = getattr(layer, "padding_mode", "zeros")
        if "mean" in (modes if isinstance(modes, list | tuple) else (modes,)):
            raise ValueError(f"{named} has the mean of the whole signal outside it, which no rank has")
        if getattr(layer, "return_indices", False):
            raise ValueError(f"{named} returns indices, which would count in each rank's own part")
        averages = LAYERS[type(layer)] is _AVERAGE
        if averages and (layer.ceil_mode or not layer.count_include_pad):
            raise ValueError(f"{named} counts what lies in the input: set ceil_mode=False and count_include_pad=True")
        if getattr(layer, "flip", False):
            raise ValueError(f"{named} flips its kernel: flip the weight instead")
        return
    if any(True for _ in layer.children()):
        return
    if next(layer.parameters(recurse=False), None) is not None or isinstance(layer, _OVER_SPACE):
        raise ValueError(
            f"{named} cannot be run along a cut dimension {slabs.dim}; known are convolutions, their transposes, max, "
            "min and average poolings, batch norms, and functions of single elements"
        )


_OVER_SPACE = (
    nn.Flatten,
    nn.Upsample,
    nn.modules.instancenorm._InstanceNorm,
    nn.modules.pooling._AdaptiveAvgPoolNd,
    nn.modules.pooling._AdaptiveMaxPoolNd,
    nn.modules.dropout._DropoutNd,
)
