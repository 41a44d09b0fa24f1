"""DeconvNet: which pattern of the image a unit answered, by running the network backwards."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from torch import Tensor, nn

from striate.view.panels import draw_image, name_panel, new_panels
from striate.view.picture import Picture
from striate.view.projection import Projection, project_unit
from striate.view.rectifiers import deconvnet_rule

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def deconvnet(
    model: nn.Module,
    image: Tensor,
    layer: str | nn.Module | None = None,
    channel: int | None = None,
    position: Sequence[int] | None = None,
) -> Picture[Projection]:
    """Project what a unit answered to an image back into the image, through the layers below it in reverse.

    Max pooling puts a signal back where its maximum was (the switches), a convolution applies its transposed filters,
    a rectifier passes max(signal, 0) whatever it passed forwards, a normalisation scales, branches are added up. All
    activations of the layer but the unit's are set to zero. Smooth rectifiers count as max(signal, 0), a leaky one is
    applied to the signal, tanh and sigmoid send back their derivative: the paper has none of them.

    Args:
        model: any module, of this package's or torch's layers; left as it was.
        image: (C, *S) or (1, C, *S), uint8 or float in [0, 1]; one to three axes S.
        layer: a name or a module of the model, `"name:2"` being its second call. None: the last that has maps of more
            than one place.
        channel: of the layer. None: that which answers most strongly.
        position: in its map. None: where the channel answers most strongly.

    Returns:
        The picture of a `Projection`: the signal (C, *S), the image, the unit and its activation.

    Raises:
        ValueError: an image, layer, channel or position that does not fit, or a scripted or compiled model.

    Source: M. Zeiler, R. Fergus, "Visualizing and understanding convolutional networks", ECCV 2014, section 2.1.

    >>> import torch
    >>> net = nn.Sequential(nn.Conv2d(1, 1, 3, bias=False), nn.ReLU(), nn.MaxPool2d(2))
    >>> weight = nn.init.constant_(net[0].weight, 2.0)
    >>> image = torch.zeros(1, 8, 8)
    >>> image[0, 4, 4] = 1
    >>> projection = deconvnet(net, image, "2", channel=0).array
    >>> projection.activation, projection.signal[0, 2:5, 2:5].unique().tolist()  # 2, and the filter at the switch
    (2.0, [4.0])
    """
    found = project_unit(model, image, layer, channel, position, rule=deconvnet_rule, from_activation=True)
    return Picture(found, lambda: draw_projection(found, "DeconvNet projection"))


def draw_projection(found: Projection, what: str) -> "Figure":
    """Draw an image beside a unit's signal in it."""
    figure, [[left, right]] = new_panels(
        1, 2, f"{found.unit}: activation {found.activation:.3g}", width=2.4, height=2.4
    )
    draw_image(left, found.image)
    draw_image(right, found.signal, signed=True)
    name_panel(left, "image")
    name_panel(right, what)
    return figure
