"""What of a data set excites the units of many layers most, in one pass over the data."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from striate.arithmetic import Reach
from striate.engine.evaluating import evaluating
from striate.view.field import cut
from striate.view.layers import Call, listening


class Best(NamedTuple):
    """The strongest answers of P channels, one an image, the strongest first.

    Args:
        answers: (P, n).
        images: (P, n), their numbers.
        places: (P, n), the position in the map, the last axis running fastest.
        size: Of the map; () where it has no places.
    """

    answers: Tensor
    images: Tensor
    places: Tensor
    size: tuple[int, ...]


def strongest(
    model: nn.Module, batches: Iterable[Tensor], channels: Mapping[str, Sequence[int]], count: int
) -> dict[str, Best]:
    """Return the images that excite each channel most.

    Args:
        model: Any module; left as it was.
        batches: Images (N, C, *S), as the model takes them.
        channels: By a layer's name, `"name:2"` being its second call.
        count: Images a channel; fewer where there are fewer.

    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())
    >>> strongest(net, [torch.rand(5, 1, 8, 8)], {"0": (0, 3)}, count=3)["0"].images.shape
    torch.Size([2, 3])
    """
    found: dict[str, Best] = {}
    seen = 0

    def note(call: Call) -> None:
        if call.name not in channels:
            return
        output = call.output.detach()[:, list(channels[call.name])]
        answers, places = output.reshape(*output.shape[:2], -1).max(2)
        numbers = torch.arange(seen, seen + len(output)).expand(output.shape[1], -1)
        new = [answers.T.cpu(), numbers, places.T.cpu()]
        if (old := found.get(call.name)) is not None:
            new = [torch.cat(parts, 1) for parts in zip(old[:3], new, strict=True)]
        order = new[0].topk(min(count, new[0].shape[1])).indices
        answers, numbers, places = (part.gather(1, order) for part in new)
        found[call.name] = Best(answers, numbers, places, tuple(output.shape[2:]))

    with evaluating(model), torch.no_grad():
        for batch in batches:
            with listening(model, note):  # anew, since it counts the calls of a layer
                model(batch)
            seen += len(batch)
    return found


def patches(best: Best, images: Tensor, reaches: Sequence[Reach]) -> Tensor:
    """Return the part of each image that the unit sees, (P, n, C, *R); zeros outside the image.

    Args:
        best: The strongest answers.
        images: (N, C, *S), which they are numbers of.
        reaches: Of the layer, an axis each; R is their size, or the image where that is smaller.
    """
    found = []
    for row, places in zip(best.images.tolist(), best.places.tolist(), strict=True):
        for number, place in zip(row, places, strict=True):
            at = [int(index) for index in np.unravel_index(place, best.size)] if best.size else [0] * len(reaches)
            windows = [
                _window(reach, position, size)
                for reach, position, size in zip(reaches, at, images.shape[2:], strict=True)
            ]
            found.append(cut(images[number], windows))
    return torch.stack(found).reshape(*best.images.shape, *found[0].shape)


def _window(reach: Reach, position: int, size: int) -> range:
    """Return what an output sees of an axis, as many elements for each; all of it where that is smaller."""
    if reach.size >= size:
        return range(size)
    first, _ = reach.of(position) or (0, 0)
    return range(first, first + reach.size)
