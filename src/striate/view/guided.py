"""Guided backpropagation: which pixels speak for a unit, all the way down."""

from collections.abc import Sequence

from torch import Tensor, nn

from striate.view.deconvnet import draw_projection
from striate.view.picture import Picture
from striate.view.projection import Projection, project_unit
from striate.view.rectifiers import guided_rule


def guided_backpropagation(
    model: nn.Module,
    image: Tensor,
    layer: str | nn.Module | None = None,
    channel: int | None = None,
    position: Sequence[int] | None = None,
) -> Picture[Projection]:
    """Send a unit's gradient back to the image, through rectifiers only where both it and what they passed are above 0.

    It is the gradient by the image, in which every rectifier (see `deconvnet`) first takes max(signal, 0).

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

    Source: J. Springenberg, A. Dosovitskiy, T. Brox, M. Riedmiller, "Striving for simplicity: the all convolutional
    net", ICLR workshop 2015, section 3.4.

    >>> import torch
    >>> net = nn.Sequential(nn.Conv1d(1, 4, 3), nn.ReLU(), nn.Conv1d(4, 2, 3))
    >>> guided_backpropagation(net, torch.rand(1, 20), "2", channel=1).array.signal.shape
    torch.Size([1, 20])
    """
    found = project_unit(model, image, layer, channel, position, rule=guided_rule, from_activation=False)
    return Picture(found, lambda: draw_projection(found, "guided backpropagation"))
