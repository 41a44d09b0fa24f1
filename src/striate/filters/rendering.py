"""Responses as pictures: numbers of any sign and size brought to 0 to 255."""

import torch
from torch import Tensor

from striate.arithmetic.arguments import choice

SCALES = ("auto", "clip", "positive", "signed", "absolute")


def as_picture(response: Tensor, scale: str = "clip") -> Tensor:
    """Bring a response to the values of a picture.

    Args:
        response: any shape; 0 is black and 1 is white in the image that it is of.
        scale: `"clip"`: as it is, cut at 0 and 1. `"positive"`: 0 and below black, the largest white. `"signed"`: 0
            grey, the largest magnitude white or black. `"absolute"`: 0 black, the largest magnitude white.

    Returns:
        uint8, of the same shape.

    Raises:
        ValueError: another word.

    >>> as_picture(torch.tensor([-2.0, 0.0, 1.0]), "signed")
    tensor([  0, 128, 191], dtype=torch.uint8)
    """
    scale = choice(scale, SCALES[1:], "scale")
    if scale == "absolute":
        response = response.abs()
    if scale != "clip":
        largest = (response if scale == "positive" else response.abs()).amax()
        response = response / largest if largest > 0 else torch.zeros_like(response)
    if scale == "signed":
        response = response / 2 + 0.5
    return (255 * response.clamp(0, 1)).round().to(torch.uint8)


def scale_for(weight: Tensor, combined: bool) -> str:
    """Return the scale that suits filters: those that add up to 1 keep an image's own, one of other sums has signs."""
    if not combined and torch.allclose(weight.flatten(1).sum(1), torch.ones(len(weight)), atol=1e-4):
        return "clip"
    return "positive" if combined else "signed"
