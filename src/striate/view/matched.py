"""A convolution as a matched filter: how alike a filter and the patch under it are."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call

from striate.view.layers import Call, as_batch, evaluating, layer_name, listening, named_layers, recording
from striate.view.panels import draw_map, name_panel, name_row, new_panels
from striate.view.picture import Picture
from striate.view.units import Unit, choose_unit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CHANNELS = 8


class Match(NamedTuple):
    r"""A filter and the patch that excites it.

    Args:
        filter: (C, *K), the weights of one output channel.
        patch: (C, *K), what was under each weight, borders as the layer extends them.
        correlation: their scalar product over the product of their norms, from -1 to 1; 0 where a norm is.
        unit: layer, channel and position.
        activation: the layer's answer: the scalar product, and the bias.
    """

    filter: Tensor
    patch: Tensor
    correlation: float
    unit: Unit
    activation: float


def matched_filter(
    model: nn.Module,
    image: Tensor,
    layer: str | nn.Module | None = None,
    channel: int | None = None,
    position: Sequence[int] | None = None,
) -> Picture[Match]:
    """Draw a filter, the patch of its layer's input that excites it, and their products, channel by channel.

    The patch is the derivative of the answer by the weights, so that padding, border rule, stride, dilation and groups
    are the layer's own. Of all patches of one norm, that which is the filter itself excites it most (the inequality of
    Cauchy and Schwarz; D. North, "An analysis of the factors which determine signal/noise discrimination", 1943).

    Args:
        model: any module; left as it was.
        image: (C, *S) or (1, C, *S), uint8 or float in [0, 1]; one to three axes S.
        layer: a convolution of the model, by name or module, `"name:2"` being its second call. None: the first.
        channel: of its output. None: that which answers most strongly.
        position: in its output. None: where the channel answers most strongly.

    Raises:
        ValueError: an image, channel or position that does not fit, or a layer that is no convolution.

    >>> net = nn.Sequential(nn.Conv2d(1, 2, 3, bias=False), nn.ReLU())
    >>> image = torch.zeros(1, 7, 7)
    >>> image[0, 2:5, 1:4] = net[0].weight[1, 0].detach()
    >>> found = matched_filter(net, image, channel=1).array
    >>> found.unit.position, round(found.correlation, 4)
    ((2, 1), 1.0)
    """
    pixels = as_batch(model, image)
    name = _first_convolution(model) if layer is None else layer_name(model, layer)
    calls: list[Call] = []

    def keep(call: Call) -> None:
        if call.name == name:
            calls.append(call._replace(inputs=tuple(tensor.detach().clone() for tensor in call.inputs)))

    with evaluating(model), recording():
        with listening(model, keep):
            model(pixels)
        if not calls:
            raise ValueError(f"layer: {name!r} returned no tensor when the model ran")
        found = _match(calls[0], channel, position)
    return Picture(found, lambda: _draw(found))


def _match(call: Call, channel: int | None, position: Sequence[int] | None) -> Match:
    weight = dict(call.module.named_parameters(recurse=False)).get("weight")
    filters = 0 if weight is None or weight.ndim < 3 or getattr(call.module, "transposed", False) else len(weight)
    if weight is None or filters != call.output.shape[1]:
        raise ValueError(
            f"layer: {call.name!r} is a {type(call.module).__name__}; expected a convolution, which has a filter for "
            "each output channel"
        )
    taps = weight.detach().clone().requires_grad_()  # so that frozen weights will do, and `grad` stays as it is
    output = functional_call(call.module, {"weight": taps}, call.inputs)
    unit = choose_unit(output, call.name, channel, position)
    answer = unit.of(output)[0]
    patch = torch.autograd.grad(answer, taps)[0][unit.channel].cpu()
    filter = weight.detach()[unit.channel].cpu().clone()
    norms = float(filter.norm() * patch.norm())
    correlation = float((filter * patch).sum()) / norms if norms else 0.0
    return Match(filter, patch, correlation, unit, float(answer.detach()))


def _first_convolution(model: nn.Module) -> str:
    for name, module in named_layers(model):
        weight = getattr(module, "weight", None)
        if hasattr(module, "kernel_size") and isinstance(weight, Tensor) and weight.ndim > 2:
            return name
    raise ValueError(f"layer: {type(model).__name__} has no convolution")


def _draw(found: Match) -> "Figure":
    """Draw filter, patch and products, a column a channel; of many channels those with the largest products."""
    products = found.filter * found.patch
    shares = products.flatten(1).sum(1)
    shown = shares.abs().topk(min(CHANNELS, len(shares))).indices.sort().values
    figure, grid = new_panels(
        3,
        len(shown),
        f"{found.unit}: correlation {found.correlation:.2f}, activation {found.activation:.3g}",
        width=1.1,
        height=1.1,
        labels=0.8,
    )
    for label, row, values in zip(
        ("filter", "patch", "products"), grid, (found.filter, found.patch, products), strict=True
    ):
        scale = float(values.abs().max()) or 1.0
        for axes, channel in zip(row, shown.tolist(), strict=True):
            draw_map(axes, values[channel], scale=scale)
        name_row(row[0], f"{label}\nup to {scale:.2g}")
    for axes, channel in zip(grid[0], shown.tolist(), strict=True):
        name_panel(axes, f"input {channel}")
    for axes, share in zip(grid[2], shares[shown].tolist(), strict=True):
        name_panel(axes, f"sum {share:.3g}")
    return figure
