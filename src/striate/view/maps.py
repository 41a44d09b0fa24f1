"""What each layer makes of an image."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from striate.view.figure import new_figure
from striate.view.layers import UNCHANGING, Call, as_batch, evaluating, listening
from striate.view.panels import FRAME, LINES, colours, name_row, plane
from striate.view.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LIMIT = 16
GAP = 0.08  # between two maps, in widths of one

# Layers whose maps would only repeat their input's
_UNSEEN = (*UNCHANGING, nn.modules.batchnorm._NormBase, nn.GroupNorm, nn.LayerNorm)


def layer_maps(model: nn.Module, image: Tensor) -> dict[str, Tensor]:
    """Return what each layer that has feature maps makes of an image, by the layer's name, in the order of computation.

    Args:
        model: Is left as it was, mode and hooks alike.
        image: (C, *S) or (1, C, *S), uint8 or float in [0, 1]; one to three axes S.

    The maps are (C, *T), copies taken before a later layer can work on them in place. Layers that have no layers
    inside count, but for rescaling, padding, normalisation and dropout, whose maps repeat their input's. The second
    call of a layer is named `"name:2"`.

    Raises:
        ValueError: An image of another shape.

    >>> maps = layer_maps(nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(inplace=True), nn.Flatten()), torch.rand(1, 8, 8))
    >>> {name: tuple(value.shape) for name, value in maps.items()}
    {'0': (4, 6, 6), '1': (4, 6, 6)}
    """
    return {name: value for name, (value, _) in _maps_of(model, as_batch(model, image)).items()}


def feature_maps(model: nn.Module, image: Tensor) -> Picture[dict[str, Tensor]]:
    """Draw the image, then a row for each layer that has feature maps, up to 16 maps each.

    Black is the least value of a row, white its largest; maps of one axis are curves between the two, of those of three
    axes the middle slice is drawn.

    Args:
        model: As for `layer_maps`.
        image: As for `layer_maps`.

    Returns:
        The picture of what `layer_maps` returns, all maps.

    Raises:
        ValueError: An image of another shape, or a model of which no layer has feature maps.

    >>> picture = feature_maps(nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU()), torch.rand(1, 8, 8))
    >>> [axes.get_ylabel().split()[0] for axes in picture.figure.axes]
    ['input', '0', '1']
    """
    pixels = as_batch(model, image)
    maps = _maps_of(model, pixels)
    if not maps:
        raise ValueError(f"no layer of {type(model).__name__} has feature maps")
    labels = {name: f"{name} {type(module).__name__}" for name, (_, module) in maps.items()}
    found = {name: value for name, (value, _) in maps.items()}
    return Picture(found, lambda: _draw(pixels[0].cpu().float(), found, labels))


def _maps_of(model: nn.Module, pixels: Tensor) -> dict[str, tuple[Tensor, nn.Module]]:
    found: dict[str, tuple[Tensor, nn.Module]] = {}

    def note(call: Call) -> None:
        if call.output.ndim == pixels.ndim and not isinstance(call.module, _UNSEEN):
            found[call.name] = (call.output[0].detach().cpu().to(torch.float32, copy=True), call.module)

    with evaluating(model), listening(model, note, leaves=True), torch.no_grad():
        model(pixels)
    return found


def _draw(pixels: Tensor, maps: dict[str, Tensor], labels: dict[str, str]) -> "Figure":
    rows = [("input", pixels)] + [(labels[name], value) for name, value in maps.items()]
    columns = min(LIMIT, max(len(value) for _, value in rows))
    figure, grid = _rows(columns, [_height(value) for _, value in rows])
    for axes, (label, value) in zip(grid, rows, strict=True):
        colour = label == "input" and len(value) == 3 and value.ndim > 2
        pictures = [colours(value)] if colour else [plane(one) for one in value[:LIMIT]]
        height = _height(value)
        limits = (float(value.min()), float(value.max()))
        for column, picture in enumerate(pictures):
            _draw_in_row(axes, picture, column * (1 + GAP), height, limits)
        axes.set_xlim(0, columns * (1 + GAP))
        axes.set_ylim(height, 0)
        size = " x ".join(map(str, value.shape))
        name_row(axes, f"{label}\n{size}")
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set_visible(False)
    return figure


def _draw_in_row(axes: "Axes", picture: Tensor, left: float, height: float, limits: tuple[float, float]) -> None:
    """Draw a map into the unit of a row's axes that begins at `left`."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415  matplotlib takes 0.3 s to import

    low, high = limits
    if picture.ndim == 1:
        along = left + (torch.arange(len(picture)) + 0.5) / len(picture)
        axes.plot(along, height * (1 - (picture - low) / ((high - low) or 1.0)), color=LINES[0], linewidth=0.7)
    else:
        axes.imshow(picture.numpy(), cmap="gray", vmin=low, vmax=high, extent=(left, left + 1, height, 0))
    # without a frame a white map would not be seen
    axes.add_patch(Rectangle((left, 0), 1, height, fill=False, edgecolor=FRAME, linewidth=0.5))


def _height(maps: Tensor) -> float:
    """Return how high maps are drawn, in widths."""
    return maps.shape[-2] / maps.shape[-1] if maps.ndim > 2 else 0.6


def _rows(columns: int, heights: list[float]) -> "tuple[Figure, Sequence[Axes]]":
    """Return a figure with an axes a row, each as wide as `columns` maps of 0.6 inches and of its own height."""
    cell, labels, edge = 0.6, 1.7, 0.1
    gap, across = GAP * cell, columns * (1 + GAP) * cell
    heights = [max(share, 0.5) for share in heights]  # two lines of label are 0.25 inches
    width = labels + across + edge
    height = sum(heights) * cell + (len(heights) - 1) * gap + 2 * edge
    figure = new_figure(width, height)
    figure.set_layout_engine("none")  # it would shrink the rows unevenly; the sizes are known
    grid = []
    top = height - edge
    for share in heights:
        top -= share * cell
        grid.append(figure.add_axes((labels / width, top / height, across / width, share * cell / height)))
        top -= gap
    return figure, grid
