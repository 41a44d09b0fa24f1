"""What the cells of a neocognitron answer."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from striate.models.neocognitron import Neocognitron
from striate.view.figure import INK, new_figure
from striate.view.mosaic import mosaic
from striate.view.picture import Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LIMIT = 48  # planes of a layer; more would be too small to see
LINE = 0.12  # grey, of the darkest cell


def cell_answers(model: Neocognitron, image: Tensor) -> Picture[dict[str, Tensor]]:
    """Draw what every cell answers to an image, layer by layer, in the manner of Fig. 7 of the paper.

    Each square is a plane, white where its cells are silent. The planes of a layer, up to 48, share one scale.

    Args:
        model: after it has learnt; before, little is to be seen.
        image: (1, 1, n, n).

    Returns:
        The picture of the planes of each layer, (planes, h, w).

    >>> list(cell_answers(Neocognitron(), torch.rand(1, 1, 16, 16)).array)
    ['U0, the image', 'U_S1', 'U_C1', 'U_S2', 'U_C2', 'U_S3', 'U_C3']
    """
    with torch.no_grad():
        answers = model.answers(image)
    layers = {"U0, the image": image[0]}
    for number, module in enumerate(answers, 1):
        layers |= {f"U_S{number}": module.s[0], f"U_C{number}": module.c[0]}
    return Picture(layers, lambda: _draw_layers(layers))


def _draw_layers(layers: Mapping[str, Tensor]) -> "Figure":
    figure = new_figure(13, 2.9)
    for axes, (name, planes) in zip(figure.subplots(1, len(layers)), layers.items(), strict=True):
        tiles = mosaic(planes[:LIMIT] / planes.max().clamp_min(1e-9), between=LINE)
        axes.imshow(tiles.numpy(), cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
        axes.set_axis_off()
        size = " x ".join(map(str, planes.shape))
        axes.set_title(f"{name}\n{size}", fontsize=9, color=INK)
    return figure


def recognition(model: Neocognitron, stimuli: Mapping[str, Tensor]) -> Picture[dict[str, Tensor]]:
    """Draw stimuli of several kinds, and under each what the last cells answer, in the manner of Fig. 6 of the paper.

    Args:
        model: after it has learnt.
        stimuli: by kind (P, 1, n, n), as many of each kind.

    Returns:
        The picture of the last cells' answers to each kind, (P, cells).

    >>> images = torch.rand(2, 1, 16, 16)
    >>> recognition(Neocognitron(), {"whole": images, "halved": images / 2}).array["halved"].shape
    torch.Size([2, 24])
    """
    with torch.no_grad():
        answers = {kind: model(images) for kind, images in stimuli.items()}
    return Picture(answers, lambda: _draw_recognition(stimuli, answers))


def _draw_recognition(stimuli: Mapping[str, Tensor], answers: Mapping[str, Tensor]) -> "Figure":
    rows = len(next(iter(stimuli.values())))
    figure = new_figure(1.25 * len(stimuli), 1.55 * rows + 0.3)
    ratios = [5, 1] * rows
    grid = figure.subplots(2 * rows, len(stimuli), squeeze=False, gridspec_kw={"height_ratios": ratios})
    for column, (kind, images) in enumerate(stimuli.items()):
        for row in range(rows):
            picture, strip = grid[2 * row, column], grid[2 * row + 1, column]
            picture.imshow(images[row, 0].numpy(), cmap="Greys", vmin=0, vmax=1)
            strip.imshow(answers[kind][row : row + 1].numpy(), cmap="Greys", vmin=0, vmax=1, aspect="auto")
            for axes in (picture, strip):
                axes.set_xticks([])
                axes.set_yticks([])
        grid[0, column].set_title(kind, fontsize=9, color=INK)
    return figure
