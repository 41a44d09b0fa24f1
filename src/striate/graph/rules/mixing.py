"""Rules of the functions that work on elements, or mix all of a dimension: arithmetic, norms, sums, products."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from striate.graph.linking import Follows
from striate.graph.rules.operands import Operand, Result, Told, everywhere, operands_in, same, told
from striate.graph.rules.shapes import broadcast


def pointwise(result: Result, *arguments: object, **keywords: object) -> Told:
    """Return the rule of functions of elements at the same place, broadcast as torch does."""
    pairs = []
    for operand in operands_in([*arguments, *keywords.values()]):
        if operand.ndim > result.ndim:
            return []
        pairs.append((operand, broadcast(operand, result.shape)))
    return told(*pairs)


def by_channel(result: Result, input: Operand, *_: object, **__: object) -> Told:
    """Return the rule of what scales, normalises with fixed numbers or drops, element by element of the first input."""
    return told((input, same(input, range(input.ndim))))


def batch_normalisation(
    result: Result,
    input: Operand,
    running_mean: object,
    running_var: object = None,
    weight: object = None,
    bias: object = None,
    training: bool = False,
    *_: object,
    **__: object,
) -> Told:
    """Return the rule of `batch_norm`: without running statistics it reads the whole batch."""
    if training or running_mean is None or running_var is None:
        return told((input, everywhere(input, result.shape)))
    return by_channel(result, input)


def spatial_normalisation(result: Result, input: Operand, *_: object, **__: object) -> Told:
    """Return the rule of `instance_norm` and `group_norm`, whose statistics are over space."""
    return told((input, everywhere(input, result.shape, range(1, input.ndim))))


def last_normalisation(
    result: Result, input: Operand, normalized_shape: Sequence[int], *_: object, **__: object
) -> Told:
    """Return the rule of `layer_norm` and `rms_norm`, whose statistics are over the last dimensions."""
    return told((input, everywhere(input, result.shape, range(-len(normalized_shape), 0))))


def along(result: Result, input: Operand, dim: Any = None, *_: object, **keywords: Any) -> Told:
    """Return the rule of `softmax`, `cumsum`, `sort` and others that keep a dimension and mix it."""
    dim = keywords.get("axis", dim)
    if not isinstance(dim, int):
        return []
    return told((input, everywhere(input, result.shape, [dim])))


def vector_normalisation(result: Result, input: Operand, p: float = 2.0, dim: Any = 1, **_: object) -> Told:
    """Return the rule of `torch.nn.functional.normalize`."""
    dims = [dim] if isinstance(dim, int) else dim
    return told((input, everywhere(input, result.shape, dims)))


def reduction(result: Result, input: Operand, *arguments: Any, **keywords: Any) -> Told:
    """Return the rule of `sum`, `mean`, `amax` and others: the dimensions named are gone, or have one element."""
    if len(operands_in([*arguments, *keywords.values()])):  # the maximum of two tensors
        return pointwise(result, input, *arguments, **keywords)
    dim = keywords.get("dim", keywords.get("axis", arguments[0] if arguments else None))
    return _reduced(result, input, dim)


def norm(result: Result, input: Operand, p: object = 2, dim: Any = None, *_: object, **__: object) -> Told:
    """Return the rule of `norm`, which names the dimensions second."""
    return _reduced(result, input, dim)


def _reduced(result: Result, input: Operand, dim: Any) -> Told:
    asked = range(input.ndim) if dim is None or dim == () else [dim] if isinstance(dim, int) else dim
    gone = {d % input.ndim for d in asked} if input.ndim else set()
    if result.ndim == input.ndim:
        return told((input, [() if d in gone else same(input, [d])[0] for d in range(input.ndim)]))
    return told((input, same(input, [d for d in range(input.ndim) if d not in gone])))


def linear(result: Result, input: Operand, weight: object, bias: object = None) -> Told:
    """Return the rule of `linear`, which mixes the last dimension."""
    return told((input, [*same(input, range(input.ndim - 1)), ()]), (weight, [()] * result.ndim))


def product(result: Result, left: Any, right: Any) -> Told:
    """Return the rule of `matmul`, `mm`, `bmm` and `mv`: the last dimension of one by the one before of the other."""
    rows, columns = len(left.shape) > 1, len(right.shape) > 1
    pairs = []
    for operand, is_left in ((left, True), (right, False)):
        if not isinstance(operand, Operand):
            continue
        ends: list[Follows] = []
        if rows:
            ends += same(operand, [operand.ndim - 2]) if is_left else [()]
        if columns:
            ends += [()] if is_left else same(operand, [operand.ndim - 1])
        batch = result.shape[: result.ndim - len(ends)]
        own = replace(operand, shape=operand.shape[:-2], dims=operand.dims[:-2])
        pairs.append((operand, [*broadcast(own, batch), *ends]))
    return told(*pairs)


def added_product(result: Result, input: object, left: Any, right: Any, **_: object) -> Told:
    """Return the rule of `addmm` and `baddbmm`."""
    return [*pointwise(result, input), *product(result, left, right)]


def einstein(result: Result, equation: str, *arguments: Any) -> Told:
    """Return the rule of `einsum`: letters of the result keep their places."""
    tensors = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], list | tuple) else arguments
    equation = equation.replace(" ", "")
    if "->" not in equation or "." in equation:
        return []
    inputs, output = equation.split("->")
    pairs = []
    for tensor, letters in zip(tensors, inputs.split(","), strict=True):
        if isinstance(tensor, Operand):
            dims = [letters.find(letter) for letter in output]
            pairs.append((tensor, [() if dim < 0 else same(tensor, [dim])[0] for dim in dims]))
    return told(*pairs)


def attention(result: Result, query: Any, key: Any, value: Any, *_: object, **__: object) -> Told:
    """Return the rule of `scaled_dot_product_attention`: each query reads all keys and values."""
    pairs = []
    for operand in operands_in([query, key, value]):
        spec = broadcast(operand, (*result.shape[:-2], *operand.shape[-2:]))
        spec[-1] = ()
        if operand is not query:
            spec[-2] = ()
        pairs.append((operand, spec))
    return told(*pairs)
