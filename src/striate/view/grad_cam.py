"""Grad-CAM: where in the image the evidence for a class is, as a layer sees it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from striate.view.layers import Call, as_batch, evaluating, has_places, layer_name, listening, recording
from striate.view.panels import draw_image, draw_map, name_panel, new_panels, plane
from striate.view.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_RAMPS = {1: "linear", 2: "bilinear", 3: "trilinear"}


class ClassMap(NamedTuple):
    """Where one layer has evidence for a class.

    Args:
        heat: (*T), at the layer's own size, from 0.
        weights: (K,), of the layer's channels.
        layer: its name.
        label: of the class.
        score: of the class, before any softmax.
    """

    heat: Tensor
    weights: Tensor
    layer: str
    label: int
    score: float


def grad_cam(
    model: nn.Module,
    image: Tensor,
    layer: str | nn.Module | None = None,
    label: int | None = None,
    *,
    classes: Sequence[str] | None = None,
) -> Picture[ClassMap]:
    r"""Draw which places of a layer raise the score of a class.

    $$L = \max(0, \sum_k \alpha_k A^k), \quad \alpha_k = \frac{1}{Z} \sum_p \partial y / \partial A^k_p$$

    Args:
        model: takes images to scores (1, classes); left as it was.
        image: (C, *S) or (1, C, *S), uint8 or float in [0, 1]; one to three axes S.
        layer: a name or a module of the model, `"name:2"` being its second call. None: the last that has maps of more
            than one place.
        label: of the class, from 0. None: that which is predicted.
        classes: their names, for the title.

    Returns:
        The picture of a `ClassMap`: the heat (*T) at the layer's size, the channels' weights, layer, label and score.

    Raises:
        ValueError: an image, layer or label that does not fit, scores of another shape, or a layer without maps or
            that the score does not depend on.

    Source: R. Selvaraju et al., "Grad-CAM: visual explanations from deep networks via gradient-based localization",
    ICCV 2017, equations 1 and 2.

    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
    >>> found = grad_cam(net, torch.rand(1, 9, 9)).array
    >>> found.layer, found.heat.shape
    ('1', torch.Size([7, 7]))
    """
    pixels, maps = _class_maps(model, image, label, layer)
    found = maps[-1]
    return Picture(found, lambda: _draw(pixels, [found], classes))


def grad_cam_stages(
    model: nn.Module, image: Tensor, label: int | None = None, *, classes: Sequence[str] | None = None
) -> Picture[tuple[ClassMap, ...]]:
    """Draw Grad-CAM at the last layer of each stage, which is where the maps have one size, from first to last.

    Args:
        model: as for `grad_cam`.
        image: as for `grad_cam`.
        label: as for `grad_cam`.
        classes: as for `grad_cam`.

    Raises:
        ValueError: as for `grad_cam`.

    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 2))
    >>> [found.layer for found in grad_cam_stages(net, torch.rand(1, 8, 8)).array]
    ['1', '2']
    """
    pixels, maps = _class_maps(model, image, label, None)
    return Picture(tuple(maps), lambda: _draw(pixels, maps, classes))


def _class_maps(
    model: nn.Module, image: Tensor, label: int | None, layer: str | nn.Module | None
) -> tuple[Tensor, list[ClassMap]]:
    """Return the image and the maps of one layer, or of the last layer of each size."""
    wanted = None if layer is None else layer_name(model, layer)
    pixels = as_batch(model, image)
    last: dict[object, tuple[str, Tensor]] = {}  # by the maps' size

    def note(call: Call) -> Tensor | None:
        if wanted not in {None, call.name} or not has_places(call.output, pixels.ndim):
            return None
        size = call.output.shape[2:]
        last.pop(size, None)  # so that the order is that of the last layers
        last[size] = (call.name, call.output)
        return call.output.clone()  # a later layer may work on it in place

    with evaluating(model), recording():
        with listening(model, note):
            scores = model(pixels.clone().requires_grad_())  # so that every layer's output is recorded
        label = _checked_label(scores, label)
        if not last:
            which = "every layer" if wanted is None else repr(wanted)
            raise ValueError(
                f"layer: {which} of {type(model).__name__} has no maps of more than one place; Grad-CAM needs a layer "
                "before the image is reduced to numbers"
            )
        score = scores[0, label]
        found = torch.autograd.grad(score, [output for _, output in last.values()], allow_unused=True)
    maps = [
        _class_map(name, output.detach()[0], gradient[0], label, float(score.detach()))
        for (name, output), gradient in zip(last.values(), found, strict=True)
        if gradient is not None
    ]
    if not maps:
        raise ValueError(
            f"layer: the score of class {label} does not depend on {', '.join(n for n, _ in last.values())}"
        )
    return pixels[0].cpu(), maps


def _class_map(layer: str, maps: Tensor, gradient: Tensor, label: int, score: float) -> ClassMap:
    weights = gradient.flatten(1).mean(1)
    heat = torch.einsum("k,k...->...", weights, maps).relu()
    return ClassMap(heat.cpu(), weights.cpu(), layer, label, score)


def _checked_label(scores: object, label: int | None) -> int:
    if not isinstance(scores, Tensor) or scores.ndim != 2:
        came = tuple(scores.shape) if isinstance(scores, Tensor) else type(scores).__name__
        raise ValueError(f"model must return scores (1, classes) for Grad-CAM, but returned {came}")
    if label is None:
        return int(scores.argmax())
    if not 0 <= label < scores.shape[1]:
        raise ValueError(f"label is {label}, but the model has classes 0 to {scores.shape[1] - 1}")
    return label


def _draw(image: Tensor, maps: Sequence[ClassMap], classes: Sequence[str] | None) -> "Figure":
    label, score = maps[0].label, maps[0].score
    name = str(label) if classes is None else classes[label]
    figure, [panels] = new_panels(
        1, 1 + len(maps), f"evidence for class {name}, score {score:.3g}", width=2.0, height=2.0
    )
    draw_image(panels[0], image)
    name_panel(panels[0], "image")
    for axes, found in zip(panels[1:], maps, strict=True):
        _overlay(axes, image, found)
        name_panel(axes, f"{found.layer}, {' x '.join(map(str, found.heat.shape))}")
    return figure


def _overlay(axes: "Axes", image: Tensor, found: ClassMap) -> None:
    """Draw the heat, stretched to the image's size, over the image; of a signal, beside it as a curve."""
    size = image.shape[1:]
    heat = F.interpolate(found.heat[None, None], size=size, mode=_RAMPS[len(size)], align_corners=False)[0, 0]
    largest = float(heat.max()) or 1.0
    if heat.ndim == 1:
        draw_map(axes, heat, limits=(0, largest))
        return
    draw_map(axes, image.mean(0))
    shown = plane(heat) / largest
    axes.imshow(shown.numpy(), cmap="inferno", vmin=0, vmax=1, alpha=0.6)
