"""Which part of the image a layer's units see."""

import torch
from torch import Tensor, nn

from striate.arithmetic.receptive_field import ReceptiveField
from striate.view.layers import evaluating
from striate.view.projection import project
from striate.view.rectifiers import open_rule
from striate.view.units import Unit

IMAGES = 32  # of noise: a maximum of 9 places takes each at least once in all but 9 x (8/9)^32 = 0.2 of the cases,
# and a side of a window holds many places


def receptive_field(model: nn.Module, layer: str | nn.Module | None, shape: tuple[int, ...]) -> list[ReceptiveField]:
    """Measure the receptive field of a layer, one an axis: what reaches two neighbouring units in its middle.

    Args:
        model: any module; left as it was.
        layer: as for `outputs`.
        shape: of an image, (C, *S).

    The gradient by noise is looked at, with every rectifier open. A field that is larger than the image comes out as
    the image, with a jump of 0.

    >>> net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2))
    >>> receptive_field(net, "2", (1, 16, 12))[1]
    ReceptiveField(size=4, jump=2, offset=0)
    """
    generator = torch.Generator().manual_seed(0)
    like = next(model.parameters(), torch.zeros(()))
    noise = torch.rand((IMAGES, *shape), generator=generator).to(like.device, like.dtype)
    middle: list[tuple[int, ...]] = []

    def support(step: int) -> list[range]:
        def choose(name: str, output: Tensor) -> list[Unit]:
            position = tuple(max(0, min(length // 2 + step, length - 1)) for length in output.shape[2:])
            middle.append(position)
            return [Unit(name, index % output.shape[1], position) for index in range(IMAGES)]

        signals, _ = project(model, noise, layer, choose, rule=open_rule, from_activation=False)
        touched = (signals != 0).any(1).any(0)
        return [_extent(touched, axis) for axis in range(touched.ndim)]

    with evaluating(model):
        here, before = support(0), support(-1)
    fields = []
    for axis, (one, other) in enumerate(zip(here, before, strict=True)):
        at, steps = (middle[0][axis], middle[0][axis] - middle[1][axis]) if axis < len(middle[0]) else (0, 0)
        jump = max(one.start - other.start, one.stop - other.stop) // max(steps, 1)
        fields.append(ReceptiveField(len(one), jump, one.start - at * jump))
    return fields


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


def _extent(touched: Tensor, axis: int) -> range:
    """Return from the first to the last element along an axis where anything is touched."""
    along = touched.transpose(0, axis).flatten(1).any(1) if touched.ndim > 1 else touched
    places = along.nonzero().flatten().tolist()
    return range(places[0], places[-1] + 1) if places else range(0)
