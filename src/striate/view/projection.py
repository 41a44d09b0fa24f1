"""What a unit sends back to the image, by one rule or another for rectifiers."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from striate.view.layers import as_batch, evaluating, outputs, recording
from striate.view.rectifiers import Rectifying, Rule, check_eager
from striate.view.units import Unit, choose_unit


class Projection(NamedTuple):
    """A unit's signal in the image.

    Args:
        signal: (C, *S), signed.
        image: (C, *S), as the model took it.
        unit: layer, channel and position.
        activation: what the unit answered.
    """

    signal: Tensor
    image: Tensor
    unit: Unit
    activation: float


def project_unit(
    model: nn.Module,
    image: Tensor,
    layer: str | nn.Module | None,
    channel: int | None,
    position: Sequence[int] | None,
    *,
    rule: Rule,
    from_activation: bool,
) -> Projection:
    """Send one unit's signal back to the image.

    Args:
        model: any module; left as it was.
        image: (C, *S) or (1, C, *S), uint8 or float in [0, 1].
        layer: a name or a module. None: the last that has maps of more than one place.
        channel: of the layer. None: that which answers most strongly.
        position: in its map. None: where the channel answers most strongly.
        rule: of the rectifiers.
        from_activation: start from what the unit answered, rather than from 1.
    """
    pixels = as_batch(model, image)
    chosen: list[Unit] = []

    def choose(name: str, output: Tensor) -> list[Unit]:
        chosen.append(choose_unit(output, name, channel, position))
        return chosen

    with evaluating(model):
        signals, answers = project(model, pixels, layer, choose, rule=rule, from_activation=from_activation)
    return Projection(signals[0].cpu(), pixels[0].cpu(), chosen[0], float(answers[0]))


def project(
    model: nn.Module,
    pixels: Tensor,
    layer: str | nn.Module | None,
    choose: Callable[[str, Tensor], Sequence[Unit]],
    *,
    rule: Rule,
    from_activation: bool,
) -> tuple[Tensor, Tensor]:
    """Send the signals of one unit an image back to the images.

    Args:
        model: in evaluation mode, so that each image is on its own.
        pixels: (N, C, *S), as the model takes them.
        layer: as for `outputs`.
        choose: takes the layer's name and output, returns a unit an image.
        rule: of the rectifiers.
        from_activation: start from what each unit answered, rather than from 1.

    Returns:
        The signals (N, C, *S) and the units' answers (N,).

    Raises:
        ValueError: a layer that the image does not reach, or a model whose rectifiers cannot be seen.
    """
    check_eager(model)
    with recording():
        images = pixels.clone().requires_grad_()
        with Rectifying(rule):
            name, output, _ = outputs(model, images.clone(), layer)  # clone: the model may begin in place
        answers = torch.stack([unit.of(output)[index] for index, unit in enumerate(choose(name, output))])
        start = answers.detach() if from_activation else torch.ones_like(answers)
        signals = gradients(answers, images, start, name)
    return signals, answers.detach()


def gradients(answers: Tensor, by: Tensor, start: Tensor, layer: str) -> Tensor:
    """Return the gradient of `answers` times `start`; a ValueError names a layer that it does not reach."""
    (found,) = torch.autograd.grad(answers, by, start, allow_unused=True) if answers.requires_grad else (None,)
    if found is None:
        raise ValueError(f"layer: nothing of the image reaches {layer!r} by what autograd records")
    return found
