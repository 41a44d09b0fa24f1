"""A unit: one channel of a layer at one of its places."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor


class Unit(NamedTuple):
    """A channel of a layer, at a position.

    Args:
        layer: its name.
        channel: from 0.
        position: one number an axis of the layer's maps; () where it has none.
    """

    layer: str
    channel: int
    position: tuple[int, ...]

    def __str__(self) -> str:
        place = f" at {', '.join(map(str, self.position))}" if self.position else ""
        return f"{self.layer}, channel {self.channel}{place}"

    def of(self, output: Tensor) -> Tensor:
        """Return this unit's answers (N,) in its layer's output (N, K, *T)."""
        return _at(self.position, output[:, self.channel])


def choose_unit(output: Tensor, layer: str, channel: int | None, position: Sequence[int] | None) -> Unit:
    """Return the unit that is meant; what is None is chosen to be where the layer answers most strongly.

    Args:
        output: of the layer, (1, K, *T).
        layer: its name.
        channel: from 0 to K - 1, negative from the end, or None.
        position: one number an axis of T, negative from the end, or None.

    Raises:
        ValueError: a channel or position outside the layer.

    >>> maps = torch.zeros(1, 3, 4, 5)
    >>> maps[0, 2, 1, 3] = 1
    >>> str(choose_unit(maps, "conv", None, None))
    'conv, channel 2 at 1, 3'
    """
    maps = output.detach()[0]
    if channel is not None:
        channel = checked_channel(channel, len(maps), layer)
    if position is not None:
        position = checked_position(position, maps.shape[1:], layer)
    if channel is None:
        answers = maps if position is None else _at(position, maps)
        channel = int(answers.reshape(len(maps), -1).amax(1).argmax())
    if position is None:
        position = tuple(int(index) for index in torch.unravel_index(maps[channel].argmax(), maps.shape[1:]))
    return Unit(layer, channel, position)


def checked_channel(channel: int, channels: int, layer: str) -> int:
    """Return a channel counted from the front; a ValueError where the layer does not have it."""
    if not -channels <= channel < channels:
        raise ValueError(f"channel is {channel}, but layer {layer!r} has channels 0 to {channels - 1}")
    return channel % channels


def checked_position(position: Sequence[int], size: Sequence[int], layer: str) -> tuple[int, ...]:
    """Return a position counted from the front; a ValueError where the layer does not have it."""
    shape = tuple(size)
    fits = len(position) == len(shape)
    if not fits or not all(-length <= place < length for place, length in zip(position, shape, strict=True)):
        raise ValueError(f"position is {tuple(position)}, but the maps of layer {layer!r} have size {shape}")
    return tuple(place % length for place, length in zip(position, shape, strict=True))


def _at(position: Sequence[int], answers: Tensor) -> Tensor:
    """Return answers (N, *T) at a position of T."""
    for place in position:
        answers = answers[:, place]
    return answers
