"""Functions called within a layer become one operation, their maps composed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from striate.graph.axis import AxisMap, Union
from striate.graph.linking import Link
from striate.graph.recording import Operation


@dataclass(frozen=True)
class Draft:
    """A call as it was noted; the fields are those of `Operation`.

    Args:
        name: of the function or the layer's class.
        path: of the module whose code called it.
        module: that module.
        group: number of the layer's call that it happened in, None outside of layers.
        is_layer: whether it is the layer's call itself.
        inputs: values read.
        outputs: values made.
        arguments: by position.
        keywords: by name.
        links: between them.
        unknown: its name, if nothing is known of it.
        event: number of the call, or of the layer's that it happened in.
    """

    name: str
    path: str
    module: nn.Module
    group: int | None
    is_layer: bool
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    links: tuple[Link, ...]
    unknown: tuple[str, ...]
    event: int


def grouped(drafts: Sequence[Draft], returned: Sequence[int], ndim: int) -> tuple[tuple[Operation, ...], set[int]]:
    """Return the operations, those of a layer's call as one, and the values that stay within layers."""
    readers: dict[int, set[int | None]] = {}
    for draft in drafts:
        for index in draft.inputs:
            readers.setdefault(index, set()).add(draft.group)
    for index in returned:
        readers.setdefault(index, set()).add(None)
    operations: list[Operation] = []
    internal: set[int] = set()
    done: set[int] = set()
    for draft in drafts:
        if draft.group is None:
            operations.append(_operation(len(operations), draft))
        elif draft.group not in done:
            done.add(draft.group)
            parts = [other for other in drafts if other.group == draft.group]
            operation = _layer(len(operations), parts, readers, ndim)
            internal |= {index for part in parts for index in part.outputs} - set(operation.outputs)
            operations.append(operation)
    return tuple(operations), internal


def _operation(index: int, draft: Draft) -> Operation:
    return Operation(
        index=index,
        name=draft.name,
        path=draft.path,
        module=draft.module if draft.is_layer else None,
        inputs=draft.inputs,
        outputs=draft.outputs,
        arguments=draft.arguments,
        keywords=draft.keywords,
        links=draft.links,
        unknown=draft.unknown,
        event=draft.event,
    )


def _layer(index: int, parts: Sequence[Draft], readers: Mapping[int, set[int | None]], ndim: int) -> Operation:
    """Return the operation that a layer's functions are together."""
    made = [value for part in parts for value in part.outputs]
    inputs = tuple(dict.fromkeys(value for part in parts for value in part.inputs if value not in made))
    outputs = tuple(value for value in made if readers.get(value, set()) - {parts[0].group})
    links = [link for source in inputs for link in _composed(parts, source, outputs, ndim)]
    return Operation(
        index=index,
        name=type(parts[0].module).__name__,
        path=parts[0].path,
        module=parts[0].module,
        inputs=inputs,
        outputs=outputs or tuple(made[-1:]),
        arguments=(),
        keywords={},
        links=tuple(links),
        parts=tuple(_operation(number, part) for number, part in enumerate(parts)),
        unknown=tuple(dict.fromkeys(name for part in parts for name in part.unknown)),
        event=parts[0].event,
    )


def _composed(parts: Sequence[Draft], source: int, outputs: Sequence[int], ndim: int) -> list[Link]:
    """Return the links from one value that is read to the outputs, over all paths between."""
    paths: dict[int, dict[int, AxisMap | None]] = {source: dict.fromkeys(range(ndim))}
    for part in parts:
        for output in part.outputs:
            branches = [link for link in part.links if link.output == output and link.input in paths]
            if not branches:
                continue
            paths[output] = {}
            for axis in range(ndim):
                maps = []
                for link in branches:
                    before = paths[link.input][axis]
                    maps.append(link.maps[axis] if before is None else link.maps[axis].after(before))
                paths[output][axis] = Union.of(maps)
    return [
        Link(source, output, {axis: map for axis, map in paths[output].items() if map is not None})
        for output in outputs
        if output in paths
    ]
