"""What part of the input a unit sees: in theory by the windows between, and in effect by its gradient."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from striate.arithmetic import ReceptiveField
from striate.graph import Recording, Value, needed, record
from striate.graph.effective import mean_gradient, shortest_run

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class UnitField:
    """The receptive field of one unit; `striate.receptive_field` makes it.

    Args:
        layer: the path of the layer.
        unit: the unit's position, one number a spatial axis that the layer's output has.
        channel: its channel, or None for all channels at that position.
        size: spatial size of the model's input.
        fields: an axis, the size, jump and offset of the layer's receptive fields, padding counted as the literature
            does; after upsampling outputs may see differently many, and these are the most.
        positions: an axis, which elements of the input the unit can depend on, ascending; those are exact.
        effective: (*S), the mean absolute gradient over the data, which adds up to 1; None without data.
        share: the share of the gradient that `extent` holds.
        extent: an axis, the shortest run of positions that holds that share; None without data.
        image: (C, *S), a sample that the pictures lie over, or None.
    """

    layer: str
    unit: tuple[int, ...]
    channel: int | None
    size: tuple[int, ...]
    fields: tuple[ReceptiveField, ...]
    positions: tuple[tuple[int, ...], ...]
    effective: Tensor | None = field(default=None, repr=False)
    share: float = 0.95
    extent: tuple[range, ...] | None = None
    image: Tensor | None = field(default=None, repr=False)

    def __str__(self) -> str:
        lines = [f"unit {self.unit} of {self.layer or 'the model'}, input {' x '.join(map(str, self.size))}"]
        for axis, (whole, positions) in enumerate(zip(self.fields, self.positions, strict=True)):
            pace = f"jump {float(whole.jump):g}, offset {whole.offset}" if whole.jump else "the same for every unit"
            read = f"reads {len(positions)} elements"
            if positions:
                read += f" from {positions[0]} to {positions[-1]}"
            line = f"axis {axis}: size {whole.size}, {pace}; {read}"
            if self.extent is not None:
                run = self.extent[axis]
                line += f"; {self.share:.0%} of the gradient in {len(run)}, from {run.start} to {run.stop - 1}"
            lines.append(line)
        return "\n".join(lines)

    def figure(self) -> "Figure":
        """Draw the field over the input: a frame around what the unit can see, and what moves it in colour.

        One axis is drawn as a curve, two as a picture, three as the slices through the middle of the field. A
        ValueError where the input has no axis, or more than three.
        """
        from striate.view.receptive_picture import draw  # noqa: PLC0415  it reads this class

        return draw(self)


def receptive_field(
    model: nn.Module,
    layer: str | nn.Module,
    unit: int | Sequence[int] | None = None,
    input: Tensor | Sequence[int] | None = None,
    *,
    channel: int | None = None,
    data: Tensor | Iterable[Any] | None = None,
    share: float = 0.95,
) -> UnitField:
    """Return what part of the input a unit of a layer sees, in theory and, with data, in effect.

    The theoretical field follows the model's real graph: branches, residuals, concatenations, functional calls, border
    rules and up- and downsampling, over any number of axes. The effective one is the mean over samples of the absolute
    gradient of the unit by the input, summed over channels.

    Args:
        model: any module whose input is (N, C, *S).
        layer: the path of a layer or container as in `named_modules`, or itself; of several calls the last is meant.
        unit: the position in the layer's output, one int a spatial axis, negative ones from the end; the middle if left
            out.
        input: an input of the model, or its shape; the first of `data` if left out.
        channel: the unit's channel; all channels together if left out.
        data: a tensor (N, C, *S), or batches of such, with labels beside them or without.
        share: of the gradient's sum, what the effective field's extent is to hold.

    Raises:
        ValueError: neither `input` nor `data`, a layer that the model does not call, or a unit outside the output.
        TypeError: data that are no floating-point tensors.

    Source: A. Araujo, W. Norris, J. Sim, "Computing receptive fields of convolutional neural networks", Distill, 2019;
    W. Luo, Y. Li, R. Urtasun, R. Zemel, "Understanding the effective receptive field in deep convolutional neural
    networks", 2016.

    >>> model = nn.Sequential(nn.Conv2d(1, 4, 5, padding=2), nn.MaxPool2d(2), nn.Conv2d(4, 8, 3))
    >>> found = receptive_field(model, "2", unit=(0, 4), input=(1, 1, 16, 16))
    >>> found.fields[0], found.positions[0]
    (ReceptiveField(size=10, jump=2, offset=-2), (0, 1, 2, 3, 4, 5, 6, 7))
    """
    if not 0 < share <= 1:
        raise ValueError(f"share must be above 0 and at most 1, but got {share}")
    batches = None if data is None else [_tensor(batch) for batch in ([data] if isinstance(data, Tensor) else data)]
    example = _example(model, input, batches)
    recording = record(model, example, keep=False)
    value = recording.made_by(layer)
    place = _place(recording, value, unit)
    flags = [_only(value.size(axis), place.get(axis)) for axis in range(recording.ndim)]
    read = needed(recording, value.index, flags).get(recording.source)
    positions = [np.flatnonzero(marks) for marks in read] if read else [np.zeros(0, dtype=int)] * recording.ndim
    effective, extent = None, None
    if batches is not None:
        module = layer if isinstance(layer, nn.Module) else model.get_submodule(layer)
        effective = mean_gradient(model, module, _index(value, place, channel), batches)
        sums = [effective.movedim(axis, 0).reshape(size, -1).sum(1) for axis, size in enumerate(effective.shape)]
        extent = tuple(shortest_run(along.tolist(), share) for along in sums)
    path = layer if isinstance(layer, str) else next(name for name, m in model.named_modules() if m is layer)
    return UnitField(
        layer=path,
        unit=tuple(place.values()),
        channel=channel,
        size=tuple(example.shape[2:]),
        fields=tuple(reach.field for reach in recording.reaches[value.index]),
        positions=tuple(tuple(found.tolist()) for found in positions),
        effective=effective,
        share=share,
        extent=extent,
        image=(batches[0][0] if batches else example[0]) if isinstance(input, Tensor) or batches else None,
    )


def _tensor(batch: Any) -> Tensor:  # noqa: ANN401
    """Return the inputs of a batch, which may have labels beside them."""
    inputs = batch[0] if isinstance(batch, list | tuple) and batch else batch
    if not isinstance(inputs, Tensor) or not inputs.is_floating_point():
        came = f"{inputs.dtype}" if isinstance(inputs, Tensor) else f"a {type(inputs).__name__}"
        raise TypeError(f"data must hold floating-point tensors (N, C, *S), as the model takes them, but got {came}")
    return inputs


def _example(model: nn.Module, input: Tensor | Sequence[int] | None, batches: list[Tensor] | None) -> Tensor:
    """Return one sample to run the model on."""
    if isinstance(input, Tensor):
        return input[:1]
    if input is not None:
        parameter = next(model.parameters(), torch.empty(0))
        return torch.zeros(1, *tuple(input)[1:], dtype=parameter.dtype, device=parameter.device)
    if batches:
        return batches[0][:1]
    raise ValueError("the receptive field depends on the input's size: give input, a tensor or a shape (1, C, *S)")


def _place(recording: Recording, value: Value, unit: int | Sequence[int] | None) -> dict[int, int]:
    """Return the position along each axis that the value has."""
    axes = [axis for axis in range(recording.ndim) if value.dim(axis) is not None]
    sizes = tuple(value.size(axis) for axis in axes)
    if unit is None:
        return dict(zip(axes, (size // 2 for size in sizes), strict=True))
    asked = (unit,) if isinstance(unit, int) else tuple(unit)
    if len(asked) != len(sizes) or not all(-n <= place < n for place, n in zip(asked, sizes, strict=True)):
        raise ValueError(
            f"unit must be a position in the layer's output, whose spatial size is {sizes}, one int an axis, but got "
            f"{unit}"
        )
    return {axis: place % n for axis, place, n in zip(axes, asked, sizes, strict=True)}


def _only(size: int, place: int | None) -> NDArray[np.bool_]:
    """Mark one position, or all where the axis is gone."""
    marks = np.full(size, place is None)
    if place is not None:
        marks[place] = True
    return marks


def _index(value: Value, place: dict[int, int], channel: int | None) -> tuple[Any, ...]:
    index: list[Any] = [slice(None)] * len(value.shape)
    if channel is not None:
        if len(value.shape) < 2 or not -value.shape[1] <= channel < value.shape[1]:
            raise ValueError(f"channel must be one of the layer's {value.shape[1]}, but got {channel}")
        index[1] = channel
    for axis, position in place.items():
        dim = value.dim(axis)
        if dim is not None:
            index[dim] = position
    return tuple(index)
