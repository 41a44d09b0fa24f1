"""The test images that a model gets most wrong, with what it took them for."""

from torch import nn

from striate.data import ImageData
from striate.view.mistakes import mistakes
from striate.view.page import Html, element, section
from striate.view.page.pixels import image

SHOWN = 24


def mistakes_section(model: nn.Module, data: ImageData) -> Html:
    """Return those test images of the largest loss that a model classifies wrongly."""
    worst = mistakes(model, data, count=SHOWN).array
    shown = [
        element(
            "li",
            image(pixels),
            element("span", element("b", data.classes[guess]), f" {probability:.1%}", class_="wrong"),
            element("span", "is ", element("b", data.classes[label])),
        )
        for pixels, guess, label, probability in zip(
            worst.images, worst.predictions.tolist(), worst.labels.tolist(), worst.probabilities.tolist(), strict=True
        )
        if guess != label
    ]
    if not shown:
        return section("Worst mistakes", note=f"None of the {len(worst.labels)} largest losses is a mistake.")
    return section(
        "Worst mistakes",
        element("ul", *shown, class_="mistakes"),
        note="What each was taken for, with what probability, and what it is; the largest loss first.",
    )
