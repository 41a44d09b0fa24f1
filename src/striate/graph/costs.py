"""What an operation costs: multiply-adds, connections, and the fully connected layer that it stands for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from striate.graph.axis import NOTHING
from striate.graph.recording import Operation, Recording, Value
from striate.nn.conv import ConvNd
from striate.nn.conv_transpose import ConvTransposeNd
from striate.nn.local import LocalLayer


@dataclass(frozen=True)
class Cost:
    """What one operation costs on the recorded input, all samples together.

    Args:
        multiply_adds: of convolutions, products of matrices and attention; taps in the padding count, as in the
            literature. Everything else counts 0.
        connections: inputs of every unit that sums or picks several, and its bias, as section II.B of LeCun, Bottou,
            Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998, counts them. Of a weight
            that is computed, such as one made by a table of connections, what is not 0.
        dense: weights of a fully connected layer from all inputs to all outputs of a sample; 0 for what has no window
            and weights.
    """

    multiply_adds: int = 0
    connections: int = 0
    dense: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.multiply_adds + other.multiply_adds, self.connections + other.connections)


def cost_of(recording: Recording, operation: Operation) -> Cost:
    """Return what an operation costs; of a layer without a rule, what its functions do.

    >>> from striate.graph import record
    >>> found = record(nn.Sequential(nn.Conv2d(1, 6, 5)), torch.zeros(1, 1, 32, 32))
    >>> cost_of(found, found.operations[0])
    Cost(multiply_adds=117600, connections=122304, dense=4816896)
    """
    total = sum((_step(recording, step) for step in operation.steps), Cost())
    return replace(total, dense=_dense(recording, operation))


def parameters_of(operation: Operation) -> tuple[nn.Parameter, ...]:
    """Return the parameters that an operation reads: a layer's own, or those that a function was given."""
    if operation.module is not None:
        return tuple(operation.module.parameters())
    given = [*operation.arguments, *operation.keywords.values()]
    return tuple(argument for argument in given if isinstance(argument, nn.Parameter))


def _step(recording: Recording, step: Operation) -> Cost:
    values = recording.values
    read, made = [values[index] for index in step.inputs], [values[index] for index in step.outputs]
    if not read or not made:
        return Cost()
    if step.module is not None:
        return _layer(step, read, made[0])
    name = step.name.strip("_")
    name = name.removesuffix("_with_indices")
    if name in _FUNCTIONS:
        return _FUNCTIONS[name](step, made[0])
    return Cost()


def _layer(step: Operation, read: Sequence[Value], made: Value) -> Cost:
    """Cost of a layer that has a rule."""
    layer: Any = step.module
    bias = made.elements if getattr(layer, "bias", None) is not None else 0
    if isinstance(layer, ConvNd):
        products = made.elements * layer.weight[0].numel()
        return Cost(products, products + bias)
    if isinstance(layer, ConvTransposeNd):
        products = read[0].elements * layer.weight[0].numel()
        return Cost(products, products + bias)
    if isinstance(layer, LocalLayer):
        products = made.shape[0] * layer.weight.numel() if len(made.shape) > layer.geometry.ndim + 1 else 0
        return Cost(products, products + bias)
    if isinstance(layer, nn.MultiheadAttention):
        return _attention_layer(step, layer)
    if any(map.step.size > 1 for link in step.links for map in link.maps.values()):
        return Cost(connections=_windows(step, made))
    return Cost()


def _attention_layer(step: Operation, layer: nn.MultiheadAttention) -> Cost:
    """Three projections, scores, sums of values, and a projection."""
    query, key, value = (argument.shape for argument in step.arguments[:3])
    embed = layer.embed_dim
    products = prod(query[:-1]) * embed * (query[-1] + embed)
    products += prod(key[:-1]) * embed * key[-1] + prod(value[:-1]) * embed * value[-1]
    tokens = len(query) - 2 if layer.batch_first else 0
    products += 2 * prod(query[:-1]) * key[tokens] * embed
    return Cost(products, products)


def _convolution(step: Operation, made: Value) -> Cost:
    weight = _argument(step, 1, "weight")
    per_place = prod(weight.shape)
    products = made.elements // weight.shape[0] * per_place
    if isinstance(weight, Tensor) and not isinstance(weight, nn.Parameter) and not weight.is_meta:
        per_place = int(torch.count_nonzero(weight))
    connections = made.elements // weight.shape[0] * per_place
    return Cost(products, connections + _bias(step, made))


def _transposed_convolution(step: Operation, made: Value) -> Cost:
    input, weight = _argument(step, 0, "input"), _argument(step, 1, "weight")
    products = prod(input.shape) * prod(weight.shape[1:])
    return Cost(products, products + _bias(step, made))


def _our_transposed_convolution(step: Operation, made: Value) -> Cost:  # noqa: ARG001
    input, weight = step.arguments[:2]
    products = prod(input.shape) * prod(weight.shape[1:])
    return Cost(products, products)


def _linear(step: Operation, made: Value) -> Cost:
    products = made.elements * int(_argument(step, 1, "weight").shape[-1])
    return Cost(products, products + _bias(step, made))


def _product(step: Operation, made: Value) -> Cost:
    products = made.elements * int(step.arguments[0].shape[-1])
    return Cost(products, products)


def _added_product(step: Operation, made: Value) -> Cost:
    products = made.elements * int(step.arguments[1].shape[-1])
    return Cost(products, products + made.elements)


def _einstein(step: Operation, made: Value) -> Cost:  # noqa: ARG001
    equation, *tensors = step.arguments
    if len(tensors) == 1 and isinstance(tensors[0], list | tuple):
        tensors = list(tensors[0])
    if "." in equation or len(tensors) != 2:
        return Cost()
    letters = equation.replace(" ", "").partition("->")[0].split(",")
    sizes = {
        letter: n
        for tensor, names in zip(tensors, letters, strict=True)
        for letter, n in zip(names, tensor.shape, strict=True)
    }
    return Cost(prod(sizes.values()), prod(sizes.values()))


def _attention(step: Operation, made: Value) -> Cost:
    query, key, value = (_argument(step, place, name) for place, name in enumerate(("query", "key", "value")))
    pairs = made.elements // value.shape[-1] * key.shape[-2]
    products = pairs * (query.shape[-1] + value.shape[-1])
    return Cost(products, products)


def _pooling(step: Operation, made: Value) -> Cost:
    return Cost(connections=_windows(step, made))


def _reduction(step: Operation, made: Value) -> Cost:
    read = step.arguments[0]
    elements = prod(read.shape)
    return Cost(connections=elements if elements > made.elements else 0)


def _addition(step: Operation, made: Value) -> Cost:
    """A trainable bias that is added by itself."""
    biased = any(
        isinstance(argument, nn.Parameter)
        or (isinstance(argument, Tensor) and isinstance(argument._base, nn.Parameter))
        for argument in (*step.arguments, *step.keywords.values())
    )
    return Cost(connections=made.elements if biased else 0)


def _windows(step: Operation, made: Value) -> int:
    """Elements under all windows of a pooling, padding left out."""
    maps = step.links[0].maps.values()
    inside = prod(int((map.table != NOTHING).sum()) for map in maps)
    return made.elements * inside // max(prod(map.outputs for map in maps), 1)


def _argument(step: Operation, place: int, name: str) -> Any:  # noqa: ANN401
    return step.arguments[place] if place < len(step.arguments) else step.keywords.get(name)


def _bias(step: Operation, made: Value) -> int:
    return 0 if _argument(step, 2, "bias") is None else made.elements


def _dense(recording: Recording, operation: Operation) -> int:
    """Weights from all elements of a sample to all of its outputs, where a window with weights stands for them."""
    if not any(step.name in _WINDOWED or isinstance(step.module, _WINDOWED_LAYERS) for step in operation.steps):
        return 0
    read, made = recording.values[operation.inputs[0]], recording.values[operation.outputs[0]]
    batch = max(read.shape[0], 1)
    return read.elements // batch * (made.elements // batch)


_FUNCTIONS: dict[str, Callable[[Operation, Value], Cost]] = {
    "striate.convolution": _convolution,
    "striate.convolution_backward_data": _our_transposed_convolution,
    "linear": _linear,
    "einsum": _einstein,
    "scaled_dot_product_attention": _attention,
    **dict.fromkeys(("addmm", "baddbmm"), _added_product),
    **dict.fromkeys(("matmul", "mm", "bmm", "mv"), _product),
    **dict.fromkeys(("add", "sub"), _addition),
    **dict.fromkeys(("sum", "mean", "amax", "amin", "logsumexp"), _reduction),
    **dict.fromkeys(("striate.max_pool", "striate.max_pool_record", "striate.avg_pool"), _pooling),
    **{f"conv{n}d": _convolution for n in (1, 2, 3)},
    **{f"conv_transpose{n}d": _transposed_convolution for n in (1, 2, 3)},
    **{
        f"{kind}_pool{n}d": _pooling for n in (1, 2, 3) for kind in ("max", "avg", "lp", "adaptive_avg", "adaptive_max")
    },
}

_WINDOWED_LAYERS = (ConvNd, ConvTransposeNd, LocalLayer)
_WINDOWED = frozenset(
    name
    for name, rule in _FUNCTIONS.items()
    if rule in {_convolution, _transposed_convolution, _our_transposed_convolution}
)
