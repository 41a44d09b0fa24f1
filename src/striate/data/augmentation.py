"""The named ways in which a batch of training images is varied."""

import torch
from torch import Tensor

from striate.arithmetic.arguments import choice

from .distortions import random_distortion
from .transforms import random_affine

AUGMENTATIONS = ("none", "light", "planar", "distort")
SHIFT = 1 / 14  # of the side: 2 pixels of MNIST's 28


def augmented(images: Tensor, kind: str, *, generator: torch.Generator, fill: float = 0.0) -> Tensor:
    """Vary each image of a batch by its own random amounts.

    "light" turns by up to 10 degrees, scales by up to 10 % and shifts by up to 1/14 of the side. Two are for
    handwriting, and both are `random_distortion`: "planar" shifts, scales, squeezes and shears a little, as LeNet-5's
    training did; "distort" does so about twice as strongly, and turns and displaces elastically besides.

    Args:
        images: Floating point (B, C, H, W).
        kind: One of `AUGMENTATIONS`.
        generator: Where the amounts are drawn.
        fill: The value outside the image.

    Returns:
        A tensor shaped as `images`; with "none" it is `images`.

    Raises:
        ValueError: An unknown kind.

    Example:
        >>> from striate.data import stream
        >>> augmented(torch.rand(8, 1, 28, 28), "distort", generator=stream(0)).shape
        torch.Size([8, 1, 28, 28])
    """
    side = min(images.shape[2:])
    match choice(kind, AUGMENTATIONS, "kind"):
        case "light":
            return random_affine(
                images, generator=generator, degrees=10.0, translate=SHIFT * side, scale=0.1, fill=fill
            )
        case "planar":
            return random_distortion(
                images,
                generator=generator,
                translate=SHIFT / 2 * side,
                scale=0.08,
                squeeze=0.05,
                shear=0.1,
                fill=fill,
            )
        case "distort":
            return random_distortion(
                images,
                generator=generator,
                degrees=7.5,
                translate=SHIFT * side,
                scale=0.15,
                squeeze=0.1,
                shear=0.2,
                elastic=side / 28,
                sigma=side / 7,
                fill=fill,
            )
    return images
