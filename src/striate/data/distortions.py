"""The distortions by which handwriting varies: planar affine ones (1998) and elastic ones (2003), in one warp.

Sources: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 86(11),
1998, section III.C: translations, scaling, squeezing and horizontal shearing. Simard, Steinkraus, Platt, "Best
practices for convolutional neural networks applied to visual document analysis", ICDAR 2003, section 2: elastic
displacements.
"""

import math
from functools import cache

import torch
from torch import Tensor

from .transforms import check_amounts, check_generator, check_images, rotation, symmetric_draws, warp


def random_distortion(
    images: Tensor,
    *,
    generator: torch.Generator,
    degrees: float = 0.0,
    translate: float = 0.0,
    scale: float = 0.0,
    squeeze: float = 0.0,
    shear: float = 0.0,
    elastic: float = 0.0,
    sigma: float = 4.0,
    fill: float = 0.0,
) -> Tensor:
    """Squeeze, shear, scale, turn, shift and elastically displace each image by its own random amounts, in one warp.

    Args:
        images: Floating point (B, C, H, W).
        generator: Where the amounts are drawn.
        degrees: The angle lies in [-degrees, degrees].
        translate: The shift along each axis lies in [-translate, translate] pixels.
        scale: The scale lies in [1 - scale, 1 + scale]; 0 to below 1.
        squeeze: The width is multiplied, and the height divided, by a factor in [1 - squeeze, 1 + squeeze]; 0 to
            below 1.
        shear: A row moves right by its distance below the centre, times a number in [-shear, shear].
        elastic: Root mean square, in pixels, of the elastic displacement along each axis; see `elastic_field`.
        sigma: Standard deviation, in pixels, of the Gaussian that smooths the displacements.
        fill: The value outside the image.

    Returns:
        A new tensor shaped as `images`; an exact copy where all amounts are 0.

    Raises:
        TypeError: `images` is not floating point, or `generator` is no generator.
        ValueError: `images` is not (B, C, H, W), or an amount lies outside its range.

    Example:
        >>> from striate.data import stream
        >>> digits = torch.rand(8, 1, 28, 28)
        >>> random_distortion(digits, generator=stream(0, 3, 14), squeeze=0.1, shear=0.2, elastic=1.4).shape
        torch.Size([8, 1, 28, 28])
    """
    check_images(images)
    check_generator(generator)
    check_amounts(
        degrees=(degrees, 360),
        translate=(translate, math.inf),
        scale=(scale, 1),
        squeeze=(squeeze, 1),
        shear=(shear, math.inf),
        elastic=(elastic, math.inf),
    )
    if degrees == translate == scale == squeeze == shear == elastic == 0:
        return images.clone()
    draws = symmetric_draws(images, 6, generator)
    size, ratio, slant = 1 + scale * draws[:, 0], 1 + squeeze * draws[:, 1], shear * draws[:, 2]
    # Of what is done to the image (the squeeze, then the shear), this is undone, the last first.
    undone = torch.stack((1 / ratio, -slant / ratio, torch.zeros_like(ratio), ratio), dim=-1).unflatten(-1, (2, 2))
    return warp(
        images,
        source=undone @ rotation(degrees * draws[:, 3]) / size[:, None, None],
        translate=translate * draws[:, 4:6],
        displacement=elastic * elastic_field(images, generator=generator, sigma=sigma) if elastic else None,
        fill=fill,
    )


def elastic_field(images: Tensor, *, generator: torch.Generator, sigma: float) -> Tensor:
    """Draw a smooth field of displacements for each image: white noise under a Gaussian, with variance 1.

    Simard, Steinkraus and Platt smooth noise that is uniform in [-1, 1] and multiply it by alpha: a root mean square
    displacement of alpha / (2 sqrt(3 pi) sigma), which for their alpha of 34 and sigma of 4 is 1.38 pixels. Near the
    border it is less, as there is no noise outside.

    Args:
        images: Whose (B, C, H, W) gives number, size, dtype and device.
        generator: Where the noise is drawn: 2 H W uniform numbers an image.
        sigma: Standard deviation, in pixels, of the Gaussian; above 0.

    Returns:
        (B, 2, H, W): to the right, and down.

    Raises:
        ValueError: `sigma` is not above 0.

    Example:
        >>> from striate.data import stream
        >>> field = elastic_field(torch.rand(100, 1, 28, 28), generator=stream(0), sigma=4.0)
        >>> field.shape, round(field[..., 14, 14].std().item(), 1)
        (torch.Size([100, 2, 28, 28]), 1.0)
    """
    if not 0 < sigma < math.inf:
        raise ValueError(f"sigma: came as {sigma}, expected a finite number of pixels above 0")
    height, width = images.shape[2:]
    noise = symmetric_draws(images, 2 * height * width, generator).view(-1, 2, height, width)
    # 3 is one over the noise's variance. Gaussians are separable, and as matrices they cost less than the draws.
    return math.sqrt(3) * (_smoothing(height, sigma).to(images) @ noise @ _smoothing(width, sigma).to(images))


@cache
def _smoothing(n: int, sigma: float) -> Tensor:
    """Return the (n, n) matrix of a Gaussian that keeps white noise's variance, on a line without ends."""
    distances = torch.arange(-8 * math.ceil(sigma), 8 * math.ceil(sigma) + 1, dtype=torch.float64)
    power = torch.exp(-((distances / sigma) ** 2)).sum()  # of the squared Gaussian
    places = torch.arange(n, dtype=torch.float64)
    return torch.exp(-((places[:, None] - places) ** 2) / (2 * sigma**2)) / power.sqrt()
