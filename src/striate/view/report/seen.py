"""What the first layer looks for, and what every layer makes of one image."""

from collections.abc import Iterable

from torch import Tensor, nn

from striate.view.filters import filters
from striate.view.layers import named_layers
from striate.view.maps import layer_maps
from striate.view.page import Html, element, section
from striate.view.page.pixels import grey, image, signed

FILTERS = 64
MAPS = 16  # of a layer


def seen_section(model: nn.Module, example: Tensor) -> Html:
    """Return the filters of a model's first convolution and its feature maps of an image.

    Args:
        model: Is left as it was.
        example: uint8 (C, H, W).
    """
    modules = dict(named_layers(model))
    rows = [_row("input", _shape(example), [image(example)])]
    for name, maps in layer_maps(model, example).items():
        low, high = float(maps.min()), float(maps.max())
        shown = (grey(one, low, high) for one in maps[:MAPS])
        more = f", {MAPS} shown" if len(maps) > MAPS else ""
        kind = type(modules[name.partition(":")[0]]).__name__  # a second call of a layer is `name:2`
        rows.append(_row(name, f"{kind}, {_shape(maps)}{more}", shown))
    return section(
        "What it sees",
        _filters(model),
        element("h3", "Feature maps of the first test image"),
        element("p", "Black is the least value of a layer, white its largest.", class_="quiet"),
        element("div", *rows, class_="maps"),
    )


def _filters(model: nn.Module) -> Html:
    """Return the filters of the first convolution, each channel apart unless there are three, which are colours."""
    try:
        weight = filters(model).array
    except ValueError:  # it has none, and needs none
        return Html()
    if weight.ndim != 4:
        return Html()
    largest = float(weight.abs().max())
    height, width = weight.shape[2:]
    if weight.shape[1] == 3:
        total, note = len(weight), "grey is zero"
        shown = [image((127.5 * (kernel / (largest or 1.0) + 1)).round().byte()) for kernel in weight[:FILTERS]]
    else:
        total, note = weight.shape[0] * weight.shape[1], f"orange above, blue below zero, up to {largest:.2g}"
        shown = [signed(kernel, largest) for kernel in weight.flatten(0, 1)[:FILTERS]]
    count = f"{total} filters" if total <= FILTERS else f"{FILTERS} of {total} filters"
    return element(
        "div",
        element("h3", "Filters of the first convolution"),
        element("p", f"{count} of {height} x {width}: {note}.", class_="quiet"),
        element("div", *shown, class_="tiles", role="img", aria_label="Filters of the first convolution"),
    )


def _row(name: str, what: str, pictures: Iterable[Html]) -> Html:
    return element(
        "div",
        element("p", element("b", name), " ", element("span", what, class_="quiet")),
        element("div", *pictures, class_="tiles", role="img", aria_label=f"Feature maps of {name}"),
    )


def _shape(maps: Tensor) -> str:
    return " x ".join(map(str, maps.shape))
