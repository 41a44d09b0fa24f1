"""Rules of the functions that move elements: views, permutations, slices, concatenations, flips."""

from collections.abc import Sequence
from typing import Any

from striate.arithmetic import Reach
from striate.graph.axis import NOTHING, Gathered, Resized, Whole
from striate.graph.linking import REGROUP, Follows
from striate.graph.rules.operands import Operand, Result, Told, operands_in, same, told


def view(result: Result, input: Operand, *_: object, **__: object) -> Told:
    """Return the rule of views that keep the elements' order: `view`, `reshape`, `flatten`, `squeeze` and others."""
    return told((input, REGROUP))


def permutation(result: Result, input: Operand, *dims: Any) -> Told:
    """Return the rule of `permute`."""
    order = dims[0] if len(dims) == 1 and isinstance(dims[0], list | tuple) else dims
    return told((input, same(input, [dim % input.ndim for dim in order])))


def transposition(result: Result, input: Operand, dim0: int, dim1: int) -> Told:
    """Return the rule of `transpose` and `swapaxes`."""
    order = list(range(input.ndim))
    order[dim0], order[dim1] = order[dim1], order[dim0]
    return told((input, same(input, order)))


def matrix_transposition(result: Result, input: Operand) -> Told:
    """Return the rule of `t` and `mT`."""
    return view(result, input) if input.ndim < 2 else transposition(result, input, -2, -1)


def reversal(result: Result, input: Operand) -> Told:
    """Return the rule of `T`."""
    return told((input, same(input, reversed(range(input.ndim)))))


def move(result: Result, input: Operand, source: Any, destination: Any) -> Told:
    """Return the rule of `movedim`."""
    sources, targets = (
        [dim % input.ndim for dim in ((value,) if isinstance(value, int) else value)] for value in (source, destination)
    )
    others = iter(dim for dim in range(input.ndim) if dim not in sources)
    order = [sources[targets.index(dim)] if dim in targets else next(others) for dim in range(input.ndim)]
    return told((input, same(input, order)))


def new_dimension(result: Result, input: Operand, dim: int) -> Told:
    """Return the rule of `unsqueeze`."""
    spec = same(input, range(input.ndim))
    spec.insert(dim % result.ndim, ())
    return told((input, spec))


def squeezed(result: Result, input: Operand, dim: Any = None) -> Told:
    """Return the rule of `squeeze`."""
    asked = range(input.ndim) if dim is None else (dim,) if isinstance(dim, int) else dim
    gone = {d % input.ndim for d in asked if input.shape[d] == 1}
    kept = [d for d in range(input.ndim) if d not in gone]
    return told((input, same(input, kept))) if len(kept) == result.ndim else []


def expansion(result: Result, input: Operand, *_: object) -> Told:
    """Return the rule of `expand`: dimensions of one element are repeated."""
    return told((input, broadcast(input, result.shape)))


def broadcast(input: Operand, shape: Sequence[int]) -> list[Follows]:
    """Return what follows an input that is broadcast to a shape, by its last dimensions."""
    missing = len(shape) - input.ndim
    spec: list[Follows] = [()] * missing
    for dim, size in enumerate(input.shape):
        spec += [()] if size == 1 != shape[missing + dim] else same(input, [dim])
    return spec


def repetition(result: Result, input: Operand, *_: object) -> Told:
    """Return the rule of `repeat` and `tile`: whole dimensions over and over."""
    missing = result.ndim - input.ndim
    spec: list[Follows] = [()] * missing
    for dim, size in enumerate(input.shape):
        outputs = result.shape[missing + dim]
        times = [o % size for o in range(outputs)]
        spec.append(((dim, Gathered.of(size, times)),))
    return told((input, spec))


def interleaved(result: Result, input: Operand, repeats: object, dim: int | None = None, **_: object) -> Told:
    """Return the rule of `repeat_interleave` with one number of repeats."""
    if dim is None or not isinstance(repeats, int):
        return []
    spec = same(input, range(input.ndim))
    size = input.shape[dim]
    spec[dim] = ((dim % input.ndim, Resized(size, result.shape[dim], Reach(((0, 0),) * repeats, 1))),)
    return told((input, spec))


def pieces(result: Result, input: Operand, _sizes: object = None, dim: int = 0, **_: object) -> Told:
    """Return the rule of `chunk`, `split` and `tensor_split`: neighbouring runs of a dimension."""
    start = sum(shape[dim] for shape in result.shapes[: result.place])
    return narrowed(result, input, dim, start, result.shape[dim])


def narrowed(result: Result, input: Operand, dim: int, start: int, length: int) -> Told:
    """Return the rule of `narrow`."""
    spec = same(input, range(input.ndim))
    size = input.shape[dim]
    spec[dim] = ((dim % input.ndim, Gathered.of(size, range(size)[start : start + length or None])),)
    return told((input, spec))


def unbound(result: Result, input: Operand, dim: int = 0) -> Told:
    """Return the rule of `unbind`."""
    return selected(result, input, dim, result.place)


def selected(result: Result, input: Operand, dim: int, index: int) -> Told:
    """Return the rule of `select`: one position of a dimension, which is gone."""
    return indexed(result, input, (*(slice(None),) * (dim % input.ndim), index))


def index_selected(result: Result, input: Operand, dim: int, index: Any) -> Told:
    """Return the rule of `index_select`."""
    if isinstance(index, Operand):
        return []
    spec = same(input, range(input.ndim))
    spec[dim] = ((dim % input.ndim, Gathered.of(input.shape[dim], index.tolist())),)
    return told((input, spec))


def indexed(result: Result, input: Operand, index: Any) -> Told:
    """Return the rule of `tensor[index]` with numbers, slices, None and `...`; tensors as indices are not understood.

    A dimension that a number takes away still tells which position was read, so its axis is kept, with one position, in
    a neighbour; where there is none the axis is read whole.
    """
    items = _plain(index, input.ndim)
    if items is None:
        return []
    spec: list[Follows] = []
    dim = 0
    gone: Follows = ()
    for item in items:
        if item is None:
            spec.append(())
            continue
        positions = range(input.shape[dim])[item]
        if isinstance(positions, int):
            gone += ((dim, Gathered.of(input.shape[dim], [positions])),)
        else:
            spec.append(((dim, Gathered.of(input.shape[dim], positions)),))
        dim += 1
    if gone and spec and len(spec) == result.ndim:
        spec[0] += gone
    return told((input, spec))


def assigned(result: Result, target: object, index: Any, value: object) -> Told:
    """Return the rule of `tensor[index] = value`, with indices as in `indexed`; the rest of the tensor stays."""
    items = _plain(index, result.ndim)
    if items is None or None in items:
        return []
    pairs = [(target, same(target, range(result.ndim)))]
    if isinstance(value, Operand):
        spec: list[Follows] = [()] * result.ndim
        kept = [dim for dim, item in enumerate(items) if isinstance(item, slice)]
        for source, dim in zip(reversed(range(value.ndim)), reversed(kept), strict=False):
            positions = range(result.shape[dim])[items[dim]]
            if value.shape[source] == len(positions) > 1:
                sources = [positions.index(o) if o in positions else NOTHING for o in range(result.shape[dim])]
                spec[dim] = ((source, Gathered.of(len(positions), sources)),)
        pairs.append((value, spec))
    return told(*pairs)


def _plain(index: Any, ndim: int) -> list[Any] | None:
    """Return an index as one item a dimension, and None where a new one comes; None if it holds a tensor or a mask."""
    items = list(index) if isinstance(index, tuple) else [index]
    if any(
        isinstance(item, bool) or not (item is None or item is Ellipsis or isinstance(item, int | slice))
        for item in items
    ):
        return None
    rest = [slice(None)] * (ndim - sum(1 for item in items if isinstance(item, int | slice)))
    place = next((number for number, item in enumerate(items) if item is Ellipsis), len(items))
    items[place : place + 1] = rest
    return items


def concatenation(result: Result, tensors: Sequence[Any], dim: int = 0, **keywords: Any) -> Told:
    """Return the rule of `cat`: along other dimensions the inputs share places."""
    dim = keywords.get("axis", dim)
    dim %= result.ndim
    pairs = []
    start = 0
    for tensor in tensors:
        if len(tensor.shape) != result.ndim:  # an empty tensor, which torch passes over
            continue
        size = tensor.shape[dim]
        if isinstance(tensor, Operand):
            spec = same(tensor, range(tensor.ndim))
            places = [o - start if start <= o < start + size else NOTHING for o in range(result.shape[dim])]
            spec[dim] = ((dim, Gathered(size, len(places), tuple(places), len(places))),)
            if all(part.axis is None for part in tensor.dims[dim]):
                spec[dim] = ()
            pairs.append((tensor, spec))
        start += size
    return told(*pairs)


def stacked(result: Result, tensors: Sequence[object], dim: int = 0, **_: object) -> Told:
    """Return the rule of `stack`."""
    pairs = []
    for operand in operands_in(tensors):
        spec = same(operand, range(operand.ndim))
        spec.insert(dim % result.ndim, ())
        pairs.append((operand, spec))
    return told(*pairs)


def flipped(result: Result, input: Operand, *dims: Any) -> Told:
    """Return the rule of `flip`."""
    wanted = dims[0] if len(dims) == 1 and isinstance(dims[0], list | tuple) else dims
    spec = same(input, range(input.ndim))
    for dim in wanted:
        size = input.shape[dim]
        spec[dim] = ((dim % input.ndim, Gathered.of(size, range(size - 1, -1, -1))),)
    return told((input, spec))


def rolled(result: Result, input: Operand, shifts: Any, dims: Any = None) -> Told:
    """Return the rule of `roll`."""
    if dims is None:
        return []
    spec = same(input, range(input.ndim))
    pairs = [(shifts, dims)] if isinstance(dims, int) else zip(shifts, dims, strict=True)
    for shift, dim in pairs:
        size = input.shape[dim]
        sources = tuple((o - shift) % size for o in range(size))
        spec[dim] = ((dim % input.ndim, Gathered(size, size, sources, size)),)
    return told((input, spec))


def shuffled_channels(result: Result, input: Operand, groups: int) -> Told:
    """Return the rule of `channel_shuffle`."""
    spec = same(input, range(input.ndim))
    spec[1] = ((1, Whole(input.shape[1], input.shape[1])),)
    return told((input, spec))
