"""What each layer makes of an image."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from striate.models.normalize import Rescale
from striate.view.figure import INK, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LIMIT = 16
GAP = 0.08  # between two maps, in widths of one

# Modules whose maps would only repeat their input's, scaled, framed or with holes
_UNSEEN = (
    Rescale,
    nn.modules.padding._ConstantPadNd,
    nn.Identity,
    nn.Dropout,
    nn.Dropout2d,
    nn.modules.batchnorm._NormBase,
    nn.GroupNorm,
    nn.LayerNorm,
)


def layer_maps(model: nn.Module, image: Tensor) -> dict[str, Tensor]:
    """Return what each layer that has feature maps makes of an image, by the layer's name, in the order of computation.

    Args:
        model: Is left as it was, mode and hooks alike.
        image: (C, H, W) or (1, C, H, W), uint8 or float in [0, 1].

    The maps are (C, H, W), copies taken before a later layer can work on them in place. Layers that have no layers
    inside count, but for rescaling, padding, normalisation and dropout, whose maps repeat their input's.

    >>> maps = layer_maps(nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(inplace=True), nn.Flatten()), torch.rand(1, 8, 8))
    >>> {name: tuple(value.shape) for name, value in maps.items()}
    {'0': (4, 6, 6), '1': (4, 6, 6)}
    """
    found: dict[str, Tensor] = {}
    pixels = _checked(image)
    device = next((parameter.device for parameter in model.parameters()), pixels.device)
    training = model.training
    model.eval()
    try:
        with _listening(model, found), torch.no_grad():
            model(pixels.to(device))
    finally:
        model.train(training)
    return found


def feature_maps(model: nn.Module, image: Tensor) -> "Figure":
    """Draw the image, then a row for each layer that has feature maps, up to 16 maps each.

    Black is the least value of a row, white its largest.

    Args:
        model: As for `layer_maps`.
        image: As for `layer_maps`.

    A ValueError where no layer has feature maps.

    >>> figure = feature_maps(nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU()), torch.rand(1, 8, 8))
    >>> [axes.get_ylabel().split()[0] for axes in figure.axes]
    ['input', '0', '1']
    """
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    maps = layer_maps(model, image)
    if not maps:
        raise ValueError(f"no layer of {type(model).__name__} has feature maps")
    modules = dict(model.named_modules())
    pixels = _checked(image)[0].cpu()
    rows = [("input", pixels)] + [
        (f"{name or 'model'} {type(modules[name]).__name__}", value) for name, value in maps.items()
    ]
    columns = min(LIMIT, max(len(value) for _, value in rows))
    figure, grid = _rows(columns, [value.shape[1] / value.shape[2] for _, value in rows])
    for axes, (label, value) in zip(grid, rows, strict=True):
        pictures = [value.permute(1, 2, 0)] if label == "input" and len(value) == 3 else list(value[:LIMIT])
        height = value.shape[1] / value.shape[2]
        low, high = float(value.min()), float(value.max())
        for column, picture in enumerate(pictures):
            left = column * (1 + GAP)
            axes.imshow(picture.numpy(), cmap="gray", vmin=low, vmax=high, extent=(left, left + 1, height, 0))
            # without a frame a white map would not be seen
            axes.add_patch(Rectangle((left, 0), 1, height, fill=False, edgecolor="#cccccc", linewidth=0.5))
        axes.set_xlim(0, columns * (1 + GAP))
        axes.set_ylim(height, 0)
        size = " x ".join(map(str, value.shape))
        axes.set_ylabel(f"{label}\n{size}", rotation=0, ha="right", va="center", fontsize=7.5, color=INK)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set_visible(False)
    return figure


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


def _checked(image: Tensor) -> Tensor:
    """Return an image as float32 (1, C, H, W)."""
    pixels = image[None] if image.ndim == 3 else image
    if pixels.ndim != 4 or len(pixels) != 1:
        raise ValueError(f"image has shape {tuple(image.shape)}; expected one image, (C, H, W)")
    return pixels.float() / 255 if pixels.dtype == torch.uint8 else pixels


@contextmanager
def _listening(model: nn.Module, found: dict[str, Tensor]) -> Iterator[None]:
    """Note the output of every layer that is to be seen while the context lasts."""

    def note(name: str, module: nn.Module, inputs: object, output: object) -> None:  # noqa: ARG001  a hook's signature
        if isinstance(output, Tensor) and output.ndim == 4:
            found[name] = output[0].detach().cpu().to(torch.float32, copy=True)

    seen = [
        (name, module)
        for name, module in model.named_modules()
        if next(module.children(), None) is None and not isinstance(module, _UNSEEN)
    ]
    handles = [module.register_forward_hook(partial(note, name)) for name, module in seen]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
