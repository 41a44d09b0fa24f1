"""Which part of the image a layer's units see."""

import torch
from torch import Tensor, nn

from striate.arithmetic import ReceptiveField
from striate.graph import record
from striate.view.units import Unit


def receptive_field(model: nn.Module, layer: str, shape: tuple[int, ...]) -> list[ReceptiveField]:
    """Return the receptive field of a layer's units, one an axis; where it is larger than the image, the whole image.

    Args:
        model: any module; left as it was.
        layer: its name, with `:2` for its second call.
        shape: of an image, (C, *S).

    A whole image as a field has a jump of 0.

    >>> net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2))
    >>> receptive_field(net, "2", (1, 16, 12))[1]
    ReceptiveField(size=4, jump=2, offset=0)
    """
    like = next(model.parameters(), torch.zeros(()))
    recording = record(model, torch.zeros(1, *shape, dtype=like.dtype, device=like.device), keep=False)
    path, _, call = layer.partition(":")
    known = "" if path == type(model).__name__ and path not in dict(model.named_modules()) else path
    value = recording.made_by(known, int(call or 1) - 1)
    fields = [reach.field for reach in recording.reaches[value.index]]
    return [
        field if field.size <= size else ReceptiveField(size, 0, 0)
        for field, size in zip(fields, shape[1:], strict=True)
    ]


def window_of(fields: list[ReceptiveField], unit: Unit) -> list[range]:
    """Return the part of an image that a unit sees, a range of elements an axis, past the borders too."""
    position = unit.position or (0,) * len(fields)
    return [field.of(place) for field, place in zip(fields, position, strict=True)]


def cut(image: Tensor, window: list[range]) -> Tensor:
    """Return a window of an image (C, *S), zeros where it is outside.

    >>> cut(torch.ones(1, 4), [range(-1, 3)])
    tensor([[0., 1., 1., 1.]])
    """
    result = image.new_zeros((len(image), *map(len, window)))
    into, out = [slice(None)], [slice(None)]
    for places, size in zip(window, image.shape[1:], strict=True):
        start, stop = max(places.start, 0), min(places.stop, size)
        into.append(slice(start - places.start, stop - places.start))
        out.append(slice(start, stop))
    result[tuple(into)] = image[tuple(out)]
    return result
