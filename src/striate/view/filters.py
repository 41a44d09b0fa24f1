"""What a convolution looks for: its weights."""

from typing import TYPE_CHECKING

from torch import Tensor, nn

from striate.view.layers import layer_name, named_layers
from striate.view.panels import draw_image, draw_map, name_panel, name_row, new_panels
from striate.view.picture import Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LIMIT = 64
ROWS, COLUMNS = 8, 16  # of a layer of many channels


def filters(model: nn.Module, layer: str | nn.Module | None = None) -> Picture[Tensor]:
    """Draw the filters of a convolution, red above and blue below zero, or as curves where they have one axis.

    Filters of one channel are drawn side by side, up to 64 of them, and so are those of three channels, in colour, grey
    being zero. Of other filters each is a row with a panel a channel, up to 8 rows of 16.

    Args:
        model: that has the layer.
        layer: its name, or itself. None: the first convolution whose filters have more than one place.

    Returns:
        The picture of a copy of all filters (O, C, *K).

    Raises:
        ValueError: a model without such a convolution, or a layer that is none.

    >>> filters(nn.Conv2d(1, 6, 5)).array.shape
    torch.Size([6, 1, 5, 5])
    """
    name, weight = _first_convolution(model) if layer is None else _weight_of(model, layer)
    return Picture(weight, lambda: _draw(name, weight))


def _draw(name: str, weight: Tensor) -> "Figure":
    total, channels = weight.shape[:2]
    size = " x ".join(map(str, weight.shape[2:]))
    largest = float(weight.abs().max()) or 1.0
    scale = f"{'red above, blue below 0, ' if weight.ndim > 3 else ''}up to {largest:.2g}"
    coloured = channels == 3 and weight.ndim > 3
    if channels > 1 and not coloured:
        rows, columns = min(total, ROWS), min(channels, COLUMNS)
        title = f"{_some(rows, total)} filters of {name}, {_some(columns, channels)} channels, {size}; {scale}"
        figure, grid = new_panels(rows, columns, title, width=0.6, height=0.6, labels=0.5)
        for number, row in enumerate(grid):
            name_row(row[0], str(number))
            for channel, axes in enumerate(row):
                draw_map(axes, weight[number, channel], scale=largest)
        for channel, axes in enumerate(grid[0]):
            name_panel(axes, str(channel))
        return figure
    shown = min(total, LIMIT)
    columns = min(8, shown)
    title = f"{_some(shown, total)} filters of {name}, {size}{'' if coloured else '; ' + scale}"
    figure, grid = new_panels(-(-shown // columns), columns, title)
    panels = [axes for row in grid for axes in row]
    for axes, kernel in zip(panels, weight, strict=False):
        if coloured:
            draw_image(axes, kernel, limits=(-largest, largest))
        else:
            draw_map(axes, kernel[0], scale=largest)
    for axes in panels[shown:]:
        axes.remove()
    return figure


def _some(shown: int, total: int) -> str:
    return str(total) if shown == total else f"{shown} of {total}"


def _weight_of(model: nn.Module, layer: str | nn.Module) -> tuple[str, Tensor]:
    name = layer_name(model, layer)
    module = dict(named_layers(model))[name.partition(":")[0]]
    weight = getattr(module, "weight", None)
    if not isinstance(weight, Tensor) or weight.ndim < 3:
        raise ValueError(f"layer: {name!r} is a {type(module).__name__}, which has no filters")
    return name, _copy(weight)


def _first_convolution(model: nn.Module) -> tuple[str, Tensor]:
    for name, module in named_layers(model):
        weight = getattr(module, "weight", None)
        if isinstance(weight, Tensor) and weight.ndim > 2 and weight.shape[2:].numel() > 1:
            return name, _copy(weight)
    raise ValueError(f"{type(model).__name__} has no convolution whose filters could be drawn")


def _copy(weight: Tensor) -> Tensor:
    return weight.detach().cpu().float().clone()
