"""DeconvNet projections of units of many layers, in one run of the network."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from striate.engine.evaluating import evaluating
from striate.view.layers import Call, listening, recording
from striate.view.rectifiers import Rectifying, deconvnet_rule
from striate.view.units import choose_unit


def projections(model: nn.Module, image: Tensor, channels: Mapping[str, Sequence[int]]) -> dict[str, Tensor]:
    """Return the strongest answer of each channel to an image, projected back to the pixels.

    It is what `striate.view.deconvnet` gives for one channel, for all layers in one run: a copy of the image a channel.

    Args:
        model: Any module; left as it was.
        image: (1, C, *S), as the model takes it.
        channels: By a layer's name, `"name:2"` being its second call.

    Returns:
        By the layer's name, (channels, C, *S). Layers that the image does not reach are missing.

    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Conv2d(4, 2, 3))
    >>> found = projections(net, torch.rand(1, 1, 8, 8), {"0": (0, 3), "2": (1,)})
    >>> {name: tuple(signals.shape) for name, signals in found.items()}
    {'0': (2, 1, 8, 8), '2': (1, 1, 8, 8)}
    """
    outputs: dict[str, Tensor] = {}

    def note(call: Call) -> Tensor | None:
        if call.name not in channels:
            return None
        outputs[call.name] = call.output
        return call.output.clone()  # a later layer may work on it in place

    copies = max(map(len, channels.values()), default=1)
    found = {}
    with evaluating(model), recording():
        pixels = image.expand(copies, *image.shape[1:]).clone().requires_grad_()
        with Rectifying(deconvnet_rule), listening(model, note):
            model(pixels.clone())
        for name, output in outputs.items():
            units = [choose_unit(output[:1], name, channel, None) for channel in channels[name]]
            answers = torch.stack([unit.of(output)[row] for row, unit in enumerate(units)])
            if answers.requires_grad:
                (signals,) = torch.autograd.grad(
                    answers, pixels, answers.detach(), retain_graph=True, allow_unused=True
                )
                if signals is not None:
                    found[name] = signals[: len(units)].cpu()
    return found
