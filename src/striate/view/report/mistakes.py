"""The test images that a model gets most wrong, with what it took them for."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from striate.data import Images
from striate.train.metrics import BATCH, device_of
from striate.view.page import Html, element, section
from striate.view.page.pixels import image

SHOWN = 24


def mistakes_section(model: nn.Module, images: Images, classes: Sequence[str]) -> Html:
    """Return the worst mistakes of a model in evaluation mode on labelled images."""
    scores = _scores(model, images.images)
    order = _worst(scores, images.labels)
    if not len(order):
        return section("Worst mistakes", note=f"There is none in {len(images):,} test images.")
    shown = order[:SHOWN]
    of = f"The {len(shown)} worst of {len(order):,} errors" if len(order) > len(shown) else "All errors"
    mistakes = (
        _mistake(pixels, classes, label, probabilities)
        for pixels, label, probabilities in zip(
            images.images[shown], images.labels[shown].tolist(), scores[shown].softmax(1), strict=True
        )
    )
    return section(
        "Worst mistakes",
        element("ul", *mistakes, class_="mistakes"),
        note=f"{of}: those first in which the true class was given the least probability.",
    )


def _mistake(pixels: Tensor, classes: Sequence[str], label: int, probabilities: Tensor) -> Html:
    guess = int(probabilities.argmax())
    return element(
        "li",
        image(pixels),
        element("span", element("b", classes[guess]), f" {float(probabilities[guess]):.1%}", class_="wrong"),
        element("span", "is ", element("b", classes[label]), f" {float(probabilities[label]):.1%}"),
    )


def _worst(scores: Tensor, labels: Tensor) -> Tensor:
    """Return the positions of the misclassified images, those first whose true class has the least probability."""
    wrong = (scores.argmax(1) != labels).nonzero()[:, 0]
    # the logarithm tells apart what rounds to a probability of 0
    true = scores.log_softmax(1)[wrong, labels[wrong]]
    return wrong[torch.argsort(true, stable=True)]


def _scores(model: nn.Module, images: Tensor) -> Tensor:
    with torch.inference_mode():
        parts = [model(part.to(device_of(model)).float() / 255).cpu() for part in images.split(BATCH)]
    return torch.cat(parts)
