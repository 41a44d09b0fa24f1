"""From a recording to what a page holds."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from math import isfinite

import torch
from torch import Tensor

from striate.graph import Recording
from striate.view.explainer.blocks import Blocks
from striate.view.explainer.budget import Kept, keep
from striate.view.explainer.layout import columns, lanes
from striate.view.explainer.schema import Explanation, Operation, Units, Value
from striate.view.explainer.steps import Step, numbers_of
from striate.view.explainer.words import summary

Fields = tuple[tuple[tuple[int, int], ...], ...]


def explanation_of(
    recording: Recording,
    steps: Sequence[Step],
    blocks: Blocks,
    *,
    name: str,
    classes: Sequence[str] = (),
    units: Mapping[int, Units] | None = None,
) -> Explanation:
    """Return what a page says of a network and an image; its numbers are added to `blocks`.

    Args:
        recording: Of the network on one image, its tensors kept.
        steps: Of the recording.
        blocks: Of the page.
        name: What the network is called.
        classes: The names of the classes; none where they have none.
        units: By a step's number, what some of its channels look for.

    Raises:
        ValueError: There is not one name a class.
    """
    makers = {step.output: number for number, step in enumerate(steps)}
    order = [*recording.inputs, *makers]
    number = {index: place for place, index in enumerate(order)}
    if (last := recording.outputs[0]) not in number:
        raise ValueError(f"model must return a tensor that follows from the image, but {name} returns another")
    made_of = [
        tuple(number[read] for read in steps[makers[index]].operation.inputs) if index in makers else ()
        for index in order
    ]
    maps = {index: numbers_of(recording, index) for index in order}
    kept = _kept(maps, steps, blocks)
    values = tuple(
        Value(
            name=steps[makers[index]].name if index in makers else _input_name(recording, index),
            shape=tuple(maps[index].shape),
            producer=makers.get(index),
            column=column,
            lane=lane,
            numbers=kept.blocks.get(("maps", index)),
            low=_extreme(maps[index], torch.amin),
            high=_extreme(maps[index], torch.amax),
            fields=_fields(recording, index),
        )
        for index, column, lane in zip(order, columns(made_of), lanes(made_of), strict=True)
    )
    operations = tuple(
        _operation(step, number, maps, kept, (units or {}).get(place)) for place, step in enumerate(steps)
    )
    return Explanation(
        model=name,
        values=values,
        operations=operations,
        classes=tuple(classes),
        result=number[last],
        shares=_shares(maps[last], classes),
        precision=kept.precision,
        notes=_notes(kept, operations, values),
    )


def _input_name(recording: Recording, index: int) -> str:
    return "image" if index == recording.source else f"input {recording.inputs.index(index)}"


def _kept(maps: Mapping[int, Tensor], steps: Sequence[Step], blocks: Blocks) -> Kept:
    """Pack the numbers; a rearranged value shares its source's, and a shared layer's weights stand once."""
    alike = {step.output: step.operation.inputs[0] for step in steps if step.arithmetic.kind == "rearrangement"}
    own: dict[Hashable, Tensor] = {index: tensor for index, tensor in maps.items() if index not in alike}
    weights = {key: tensor for step in steps for key, tensor in _parameters(step)}
    kept = keep(own, weights, blocks)
    found = dict(kept.blocks)
    for index, source in alike.items():  # in the order of computation, so that a chain of them finds its first
        if (block := found.get(("maps", source))) is not None:
            found["maps", index] = block
    return Kept(found, kept.precision)


def _parameters(step: Step) -> list[tuple[Hashable, Tensor]]:
    found = (("weight", step.arithmetic.weight), ("bias", step.arithmetic.bias))
    return [(_key(step, name), tensor) for name, tensor in found if tensor is not None]


def _key(step: Step, name: str) -> Hashable:
    """Return what a step's parameter is known by: its module, if it has one, and its name."""
    module = step.operation.module
    return (step.output if module is None else id(module), name)


def _operation(
    step: Step, number: Mapping[int, int], maps: Mapping[int, Tensor], kept: Kept, units: Units | None
) -> Operation:
    arithmetic = step.arithmetic
    blocks = {key: kept.blocks.get(("weights", key)) for key, _ in _parameters(step)}
    values = [("maps", index) for index in (*step.operation.inputs, step.output)]
    whole = None not in blocks.values() and all(value in kept.blocks for value in values)
    return Operation(
        name=step.operation.name,
        path=step.operation.path,
        kind=arithmetic.kind,
        inputs=tuple(number[index] for index in step.operation.inputs),
        summary=summary(step, tuple(maps[step.operation.inputs[0]].shape)),
        windows=step.windows,
        reads=step.reads,
        outside=arithmetic.outside,
        groups=arithmetic.groups,
        transposed=arithmetic.transposed,
        reduction=arithmetic.reduction,
        divisors=step.divisors,
        weight=blocks.get(_key(step, "weight")),
        bias=blocks.get(_key(step, "bias")),
        missing=None if whole else "The numbers of this layer are left out, which would make the page too large.",
        units=units,
    )


def _extreme(tensor: Tensor, of: Callable[[Tensor], Tensor]) -> float:
    """Return the least or the largest of the finite numbers; 0 where there are none."""
    extreme = float(of(tensor)) if tensor.numel() else 0.0
    if isfinite(extreme):
        return extreme
    finite = tensor[tensor.isfinite()]
    return float(of(finite)) if finite.numel() else 0.0


def _fields(recording: Recording, index: int) -> Fields | None:
    """Return what each position of a value sees of the image, an axis each, cut off at the image's ends."""
    value, image = recording.values[index], recording.values[recording.source]
    if index not in recording.reaches:
        return None
    found = []
    for axis, reach in enumerate(recording.reaches[index]):
        last = image.size(axis) - 1
        spans = [reach.of(position) or (0, -1) for position in range(value.size(axis))]
        spans = [(max(first, 0), min(end, last)) for first, end in spans]
        if value.dim(axis) not in {None, axis + 2} or (value.dim(axis) is None and len(spans) > 1):
            spans = [(min(first for first, _ in spans), max(end for _, end in spans))]  # its place is not followed
        found.append(tuple(spans))
    return tuple(found)


def _shares(result: Tensor, classes: Sequence[str]) -> tuple[float, ...] | None:
    """Return the softmax of a row of scores; what is a distribution already is returned as it is."""
    if result.ndim != 1 or len(result) < 2:
        if classes:
            raise ValueError(
                f"classes names {len(classes)} classes, but the model returns a value of shape {tuple(result.shape)}; "
                "expected a row of scores"
            )
        return None
    if classes and len(classes) != len(result):
        raise ValueError(f"classes names {len(classes)} classes, but the model returns {len(result)} scores")
    distribution = bool((result >= 0).all()) and abs(float(result.sum()) - 1) < 1e-4
    return tuple((result if distribution else result.softmax(0)).tolist())


def _notes(kept: Kept, operations: Sequence[Operation], values: Sequence[Value]) -> tuple[str, ...]:
    notes = []
    if kept.precision != "float32":
        notes.append(
            "The numbers of this page are rounded to float16, about three digits: in float32 it would be too large."
        )
    if left := sum(operation.missing is not None for operation in operations):
        dropped = sum(value.numbers is None for value in values)
        maps = f" and {dropped} feature maps" if dropped else ""
        notes.append(f"Numbers of {left} layers{maps} are left out, which would make the page too large.")
    return tuple(notes)
