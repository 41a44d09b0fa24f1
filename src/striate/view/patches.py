"""The patches of a data set that a layer's channels answer most strongly."""

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from striate.view.field import cut, receptive_field, window_of
from striate.view.layers import evaluating, outputs
from striate.view.panels import draw_image, name_row, new_panels
from striate.view.picture import Picture
from striate.view.projection import project
from striate.view.rectifiers import deconvnet_rule
from striate.view.streams import Data, batches_of
from striate.view.units import Unit, checked_channel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CHANNELS = 8


class Patches(NamedTuple):
    """The best patches of P channels, the strongest first.

    Args:
        patches: (P, count, C, *R), R being the size of the receptive field, cut out of the images; zeros outside them.
        signals: of the same shape, the DeconvNet projections.
        activations: (P, count).
        images: (P, count), the numbers of the images in the order of the data.
        positions: (P, count, number of axes), in the layer's maps.
        corners: (P, count, number of axes), the first element of each patch in its image; below 0 in the padding.
        channels: (P,).
        layer: its name.
    """

    patches: Tensor
    signals: Tensor
    activations: Tensor
    images: Tensor
    positions: Tensor
    corners: Tensor
    channels: Tensor
    layer: str


def top_patches(
    model: nn.Module,
    data: Data,
    layer: str | nn.Module | None = None,
    channels: int | Sequence[int] | None = None,
    *,
    count: int = 9,
) -> Picture[Patches]:
    """Draw what of a data set excites each channel most, one patch an image, and its DeconvNet projection beside it.

    Data are read once, batch by batch; only the best images are kept.

    Args:
        model: any module; left as it was.
        data: the test images of a `striate.data.ImageData`; `Images`; a tensor (N, C, *S); or an iterable of batches,
            such as a torch DataLoader. Images of one size, uint8 or float in [0, 1].
        layer: a name or a module of the model, `"name:2"` being its second call. None: the last that has maps of more
            than one place.
        channels: one or several of the layer. None: the 8 that answer the first batch most strongly.
        count: patches a channel; fewer where there are fewer images.

    Returns:
        The picture of `Patches`: patches and projections (P, count, C, *R) with activations, images and places.

    Raises:
        ValueError: data without an image, a count below 1, or a layer or channel that does not exist.
        TypeError: data that are no images.

    Source: M. Zeiler, R. Fergus, "Visualizing and understanding convolutional networks", ECCV 2014, figure 2.

    >>> net = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.MaxPool2d(2))
    >>> top_patches(net, torch.rand(20, 1, 12, 12), "2", channels=(0, 5), count=4).array.patches.shape
    torch.Size([2, 4, 1, 4, 4])
    """
    if count < 1:
        raise ValueError(f"count is {count}, but at least 1 patch is to be shown")
    with evaluating(model):
        name, size, asked, best = _best(model, data, layer, channels, count)
        found = _cut(model, name, size, asked, best)
    return Picture(found, lambda: _draw(found))


class _Best(NamedTuple):
    """The best answers of each channel: (P, n), the images (P, n, C, *S)."""

    activations: Tensor
    places: Tensor
    numbers: Tensor
    images: Tensor

    def joined(self, other: "_Best", count: int) -> "_Best":
        """Return the best of both."""
        both = [torch.cat(parts, 1) for parts in zip(self, other, strict=True)]
        order = both[0].topk(min(count, both[0].shape[1])).indices
        rows = torch.arange(len(order), device=order.device)[:, None]
        return _Best(*(part[rows, order] for part in both))


def _best(
    model: nn.Module, data: Data, layer: str | nn.Module | None, channels: int | Sequence[int] | None, count: int
) -> tuple[str, tuple[int, ...], Tensor, _Best]:
    """Read the data once; return the layer's name, its maps' size, the channels (P,), and what excites them most."""
    batches = batches_of(model, data)
    first = next(batches)
    with torch.no_grad():
        name, output, _ = outputs(model, first, layer)
        asked = _asked(channels, output, name)
        empty = first.new_empty(len(asked), 0)
        none = empty.long()
        best = _Best(empty, none, none, first.new_empty(len(asked), 0, *first.shape[1:]))
        seen = 0
        for pixels in chain((first,), batches):
            if pixels.shape[1:] != first.shape[1:]:
                sizes = f"{tuple(first.shape[1:])} and {tuple(pixels.shape[1:])}"
                raise ValueError(f"data have images of {sizes}; patches can be compared between images of one size")
            answers = _by_place(outputs(model, pixels, name)[1])[:, asked]
            values, places = answers.max(2)
            values, order = values.T.topk(min(count, len(pixels)))
            new = _Best(values, places.T.gather(1, order), order + seen, pixels[order])
            best = best.joined(new, count)
            seen += len(pixels)
    return name, tuple(output.shape[2:]), asked, best


def _by_place(output: Tensor) -> Tensor:
    """Return a layer's output (N, K, *T) as (N, K, places); of (N, K) there is one place."""
    return output.reshape(*output.shape[:2], -1)


def _asked(channels: int | Sequence[int] | None, answers: Tensor, layer: str) -> Tensor:
    if channels is None:
        strongest = _by_place(answers).amax((0, 2)).topk(min(CHANNELS, answers.shape[1])).indices
        return strongest.sort().values
    wanted = (channels,) if isinstance(channels, int) else channels
    if not wanted:
        raise ValueError("channels is empty; expected at least one, or None for the strongest")
    return torch.tensor(
        [checked_channel(channel, answers.shape[1], layer) for channel in wanted], device=answers.device
    )


def _cut(model: nn.Module, layer: str, size: tuple[int, ...], channels: Tensor, best: _Best) -> Patches:
    """Cut each unit's receptive field out of its image, and out of its projection."""
    positions = torch.stack(torch.unravel_index(best.places, size), -1) if size else best.places[..., None][..., :0]
    units = [
        [Unit(layer, channel, tuple(position)) for position in row]
        for channel, row in zip(channels.tolist(), positions.tolist(), strict=True)
    ]
    signals = torch.stack(
        [
            project(model, images, layer, lambda *_, row=row: row, rule=deconvnet_rule, from_activation=True)[0]
            for row, images in zip(units, best.images, strict=True)
        ]
    )
    fields = receptive_field(model, layer, tuple(best.images.shape[2:]))
    windows = [[window_of(fields, unit) for unit in row] for row in units]
    patches, signals = (
        torch.stack([torch.stack([cut(image, window) for image, window in zip(*row, strict=True)]) for row in rows])
        for rows in (list(zip(whole, windows, strict=True)) for whole in (best.images.cpu(), signals.cpu()))
    )
    corners = torch.tensor([[[axis.start for axis in window] for window in row] for row in windows])
    numbers = (best.activations.cpu(), best.numbers.cpu(), positions.cpu())
    return Patches(patches, signals, *numbers, corners, channels.cpu(), layer)


def _draw(found: Patches) -> "Figure":
    """Draw a row a channel: the patches, and under each its projection."""
    rows, columns = found.activations.shape
    figure, grid = new_panels(
        2 * rows, columns, f"{found.layer}: what excites it most, and its DeconvNet projection", labels=0.95
    )
    for row, channel in enumerate(found.channels.tolist()):
        limits = (float(found.patches[row].min()), float(found.patches[row].max()))
        for column in range(columns):
            draw_image(grid[2 * row][column], found.patches[row, column], limits=limits)
            draw_image(grid[2 * row + 1][column], found.signals[row, column], signed=True)
        name_row(
            grid[2 * row][0], f"channel {channel}\n{found.activations[row, 0]:.3g} to {found.activations[row, -1]:.3g}"
        )
    return figure
