"""`inspect`: a model layer by layer, with what each costs, sees and takes."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from math import prod
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from striate.acceleration.observation import plan_of_call
from striate.arithmetic import DirectionCost, ReceptiveField
from striate.engine.ceilings import Ceilings, measure_ceilings
from striate.engine.evaluating import evaluating
from striate.engine.running import KernelsRun
from striate.graph import Operation, Recording, Value, misalignments, record, unread
from striate.graph.costs import Cost, cost_of, parameters_of
from striate.graph.timing import measure as measure_operations
from striate.graph.windows import window_text
from striate.train.files import write_atomically
from striate.view import inspection_text

if TYPE_CHECKING:
    from rich.table import Table

_DTYPES = {torch.float32: "f32", torch.float64: "f64"}


@dataclass(frozen=True)
class LayerRow:
    """One layer's call, or a function that computes and that no layer calls.

    Args:
        path: where the layer stands in the model, as in `named_modules`; of a function, its container.
        type: the layer's class, or the function's name.
        input: shapes read.
        output: shapes made.
        window: taps an axis, then stride, padding and dilation where they are not the defaults; empty without any.
        parameters: numbers that it learns.
        multiply_adds: of convolutions, products of matrices and attention; everything else counts 0.
        connections: inputs of its units and their biases, as LeNet's paper counts them.
        fields: size, jump and offset of its receptive fields, an axis.
        bytes: of all it reads and writes, parameters included, each once.
        kernel: of striate's kernels those that run, or "torch" where none does; empty for a layer made of functions of
            several inputs.
        seconds: the least of a few runs; None where nothing was measured.
        floor: the seconds that its multiply-adds or bytes take at least on this machine; None likewise.
        dense: weights, and multiply-adds a sample, of a fully connected layer of the same sizes; 0 for what is none or
            has no window.
    """

    path: str
    type: str
    input: tuple[tuple[int, ...], ...]
    output: tuple[tuple[int, ...], ...]
    window: str
    parameters: int
    multiply_adds: int
    connections: int
    fields: tuple[ReceptiveField, ...]
    bytes: int
    kernel: str
    seconds: float | None
    floor: float | None
    dense: int

    @property
    def intensity(self) -> float:
        """Arithmetic intensity, in multiply-adds a byte."""
        return self.multiply_adds / self.bytes if self.bytes else 0.0

    @property
    def share_of_floor(self) -> float | None:
        """The least time over the measured: 1 is all that the machine can."""
        return None if not self.seconds or self.floor is None else self.floor / self.seconds

    def as_dict(self) -> dict[str, Any]:
        """Return everything in plain types; fractions as floats."""
        plain = asdict(self)
        plain["fields"] = [
            {"size": found.size, "jump": float(found.jump), "offset": found.offset} for found in self.fields
        ]
        return {**plain, "intensity": self.intensity, "share_of_floor": self.share_of_floor}


@dataclass(frozen=True)
class Inspection:
    """What `inspect` found: print it, or `to_csv` and `to_json`; notebooks and rich show it as a table.

    Args:
        model: name of the model's class.
        input: shapes of what it was called with.
        rows: in the order of computation.
        parameters: numbers that the model learns; those that layers share count once.
        notes: what is odd: branches that do not meet where they join, elements that no window reads, functions of which
            nothing is known, and what fully connected layers would cost.
        device: what ran it, in words.
    """

    model: str
    input: tuple[tuple[int, ...], ...]
    rows: tuple[LayerRow, ...]
    parameters: int
    notes: tuple[str, ...] = field(repr=False)
    device: str = ""

    @property
    def multiply_adds(self) -> int:
        """Of all layers."""
        return sum(row.multiply_adds for row in self.rows)

    @property
    def connections(self) -> int:
        """Of all layers."""
        return sum(row.connections for row in self.rows)

    @property
    def bytes(self) -> int:
        """Read and written by all layers."""
        return sum(row.bytes for row in self.rows)

    @property
    def dense(self) -> int:
        """Weights of fully connected layers in the place of all that have windows."""
        return sum(row.dense for row in self.rows)

    @property
    def seconds(self) -> float | None:
        """Of all layers; None where nothing was measured."""
        taken = [row.seconds for row in self.rows if row.seconds is not None]
        return sum(taken) if taken else None

    def __str__(self) -> str:
        return inspection_text.as_text(self)

    def __rich__(self) -> "Table":
        return inspection_text.as_table(self)

    def _repr_html_(self) -> str:
        return inspection_text.as_html(self)

    def to_html(self, path: str | PathLike[str] | None = None) -> str:
        """Return the table as HTML, and write it to a file if one is named."""
        return _written(inspection_text.as_page(self), path)

    def to_csv(self, path: str | PathLike[str] | None = None) -> str:
        """Return the rows as CSV, and write them to a file if one is named."""
        return _written(inspection_text.as_csv(self), path)

    def to_json(self, path: str | PathLike[str] | None = None) -> str:
        """Return everything as JSON, and write it to a file if one is named."""
        return _written(inspection_text.as_json(self), path)


def inspect(model: nn.Module, *inputs: Any, measure: bool = True) -> Inspection:  # noqa: ANN401
    """Return a model layer by layer: shapes, windows, parameters, multiply-adds, receptive fields, bytes and time.

    The rows follow the model's real computation on this input: branches, functional calls and shared layers included.
    Views and reshapes have no row. It runs in evaluation mode without gradients, and is left as it was.

    Args:
        model: any module.
        inputs: what it is called with; `striate.graph.record` follows the first tensor (N, C, *S).
        measure: whether to time each layer and to measure, once in a process, what the machine can do at most; together
            some two seconds and a few runs of the model.

    Raises:
        TypeError: the model is no module.
        ValueError: no tensor among the inputs, the model refuses them, or it returns no tensor.

    >>> found = inspect(nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU()), torch.zeros(1, 1, 32, 32), measure=False)
    >>> found.parameters, found.multiply_adds, found.connections, found.dense
    (156, 117600, 122304, 4816896)
    """
    recording = record(model, *inputs, keep=False)
    shown = [operation for operation in recording if not operation.is_view]
    kernels = _kernels(recording, inputs)
    seconds = measure_operations(recording, *inputs) if measure else {}
    ceilings = _ceilings(torch.get_num_threads()) if measure and _on_cpu(recording, inputs) else None
    rows = tuple(
        _row(recording, operation, kernels.get(operation.index, ""), seconds.get(operation.index), ceilings)
        for operation in shown
    )
    shapes = tuple(recording.values[index].shape for index in recording.inputs)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    device = "" if ceilings is None else f"{torch.get_num_threads()} threads, {ceilings.flops_by}"
    return Inspection(type(model).__name__, shapes, rows, parameters, tuple(_notes(recording, rows)), device)


def _row(
    recording: Recording, operation: Operation, kernel: str, seconds: float | None, ceilings: Ceilings | None
) -> LayerRow:
    values = recording.values
    read, made = [values[index] for index in operation.inputs], [values[index] for index in operation.outputs]
    parameters = parameters_of(operation)
    moved = sum(value.bytes for value in (*read, *made)) + sum(p.numel() * p.element_size() for p in parameters)
    cost: Cost = cost_of(recording, operation)
    dtype = _DTYPES.get(made[0].dtype)
    floor = None
    if ceilings is not None and seconds is not None and dtype is not None:
        floor, _ = ceilings.floor(DirectionCost(cost.multiply_adds, moved), dtype)
    return LayerRow(
        path=operation.path,
        type=operation.name,
        input=tuple(value.shape for value in read),
        output=tuple(value.shape for value in made),
        window=window_text(operation, recording.ndim),
        parameters=sum(parameter.numel() for parameter in parameters),
        multiply_adds=cost.multiply_adds,
        connections=cost.connections,
        fields=tuple(reach.field for reach in recording.reaches.get(made[0].index, ())),
        bytes=moved,
        kernel=kernel,
        seconds=seconds,
        floor=floor,
        dense=cost.dense,
    )


def _kernels(recording: Recording, inputs: tuple[Any, ...]) -> dict[int, str]:
    """Return what runs each operation, by its number: of a convolution layer of striate its plan."""
    found = {}
    for operation in recording:
        module = operation.module
        if module is None or not type(module).__module__.startswith("striate."):
            found[operation.index] = "torch"
            continue
        if not operation.arguments and len(operation.inputs) > 1:  # in which order it was given them is not known
            continue
        given = operation.arguments or [recording.values[index] for index in operation.inputs]
        arguments = [_zeros_for(argument, _device(inputs)) for argument in given]
        if isinstance(module, _ConvNd):
            found[operation.index] = plan_of_call(module, arguments[0]).kernels.get("inference", "")
            continue
        keywords = {name: _zeros_for(argument, _device(inputs)) for name, argument in operation.keywords.items()}
        with torch.no_grad(), evaluating(module), KernelsRun() as run:
            module(*arguments, **keywords)
        found[operation.index] = " + ".join(run.names) or "torch"
    return found


def _zeros_for(argument: Any, device: torch.device) -> Any:  # noqa: ANN401
    """Return zeros in the place of a value, and anything else as it is."""
    if not isinstance(argument, Value):
        return argument
    return torch.empty_strided(argument.shape, argument.strides, dtype=argument.dtype, device=device).zero_()


def _notes(recording: Recording, rows: tuple[LayerRow, ...]) -> Iterator[str]:
    for misaligned in misalignments(recording):
        yield f"misaligned: {misaligned}"
    for left in unread(recording):
        yield f"unread: {left}"
    if recording.unknown:
        yield f"taken to read everything, as nothing is known of it: {', '.join(recording.unknown)}"
    dense = sum(row.dense for row in rows)
    if dense:
        own = sum(row.parameters for row in rows if row.dense)
        times = f", {dense / own:,.0f} times as many" if own else ""
        yield (
            f"fully connected layers of the same sizes would have {dense:,} weights where the layers with windows have "
            f"{own:,}{times}, and as many multiply-adds a sample"
        )


def _device(inputs: tuple[Any, ...]) -> torch.device:
    return next((item.device for item in inputs if isinstance(item, Tensor)), torch.device("cpu"))


def _on_cpu(recording: Recording, inputs: tuple[Any, ...]) -> bool:
    return _device(inputs).type == "cpu" and prod(recording.values[recording.source].shape) > 0


@cache
def _ceilings(threads: int) -> Ceilings:  # noqa: ARG001
    """Measure what the machine can do at most, once for each number of threads."""
    return measure_ceilings(0.2)


def _written(text: str, path: str | PathLike[str] | None) -> str:
    if path is not None:
        write_atomically(Path(path), text.encode())
    return text
