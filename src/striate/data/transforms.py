"""Warps of image batches; tensors in, tensors out, randomness from an explicit generator."""

import torch
from torch import Tensor
from torch.nn.functional import grid_sample


def random_affine(
    images: Tensor, *, generator: torch.Generator, degrees: float, translate: float, scale: float, fill: float = 0.0
) -> Tensor:
    """Rotate, scale and shift each image by its own random amounts, in one bilinear warp.

    Args:
        images: Floating point (B, C, H, W).
        generator: Where the amounts are drawn: four uniform numbers an image, the same for the same state.
        degrees: The angle lies in [-degrees, degrees].
        translate: The shift along each axis lies in [-translate, translate] pixels.
        scale: The scale lies in [1 - scale, 1 + scale]; 0 to below 1.
        fill: The value outside the image.

    Returns:
        A new tensor shaped as `images`; an exact copy where all three amounts are 0.

    Raises:
        TypeError: `images` is not floating point, or `generator` is no generator.
        ValueError: `images` is not (B, C, H, W), or an amount lies outside its range.

    Example:
        >>> from striate.data import stream
        >>> digits = torch.rand(8, 1, 28, 28)
        >>> random_affine(digits, generator=stream(0, 3, 14), degrees=10, translate=2, scale=0.1).shape
        torch.Size([8, 1, 28, 28])
    """
    _check_images(images)
    if not isinstance(generator, torch.Generator):
        raise TypeError(f"generator: came as {type(generator).__name__}, expected a torch.Generator: stream(seed, ...)")
    for name, amount, top in (("degrees", degrees, 360), ("translate", translate, float("inf")), ("scale", scale, 1)):
        if not 0 <= amount < top:
            raise ValueError(f"{name}: came as {amount}, expected at least 0 and below {top}")
    if degrees == translate == scale == 0:
        return images.clone()
    draws = 2 * torch.rand(len(images), 4, generator=generator, device=generator.device) - 1
    draws = draws.to(images)
    return affine(
        images,
        degrees=degrees * draws[:, 0],
        translate=translate * draws[:, 1:3],
        scale=1 + scale * draws[:, 3],
        fill=fill,
    )


def affine(images: Tensor, *, degrees: Tensor, translate: Tensor, scale: Tensor, fill: float = 0.0) -> Tensor:
    """Rotate and scale each image about its centre, then shift it, in one bilinear warp.

    Args:
        images: Floating point (B, C, H, W).
        degrees: (B,), counter-clockwise as seen.
        translate: (B, 2), pixels to the right and down.
        scale: (B,), above 1 enlarges.
        fill: The value outside the image.

    Returns:
        A new tensor shaped as `images`; an image's result does not depend on the others of its batch.

    Raises:
        TypeError: `images` is not floating point.
        ValueError: `images` is not (B, C, H, W), or an amount is not one an image.

    Example:
        >>> line = torch.tensor([[[[0.0, 0.5, 1.0]]]])
        >>> affine(line, degrees=torch.zeros(1), translate=torch.tensor([[1.0, 0.0]]), scale=torch.ones(1))
        tensor([[[[0.0000, 0.0000, 0.5000]]]])
    """
    _check_images(images)
    batch, _, height, width = images.shape
    for name, amounts, shape in (
        ("degrees", degrees, (batch,)),
        ("translate", translate, (batch, 2)),
        ("scale", scale, (batch,)),
    ):
        if tuple(amounts.shape) != shape:
            raise ValueError(f"{name}: came as {tuple(amounts.shape)}, expected {shape}, one an image")
    # Every output pixel looks up where it came from, in pixels from the centre: the shift undone, then the rest.
    across = torch.arange(width).to(images) + (1 - width) / 2 - translate[:, 0, None]
    down = torch.arange(height).to(images) + (1 - height) / 2 - translate[:, 1, None]
    radians = degrees.deg2rad()
    cos, sin = (radians.cos() / scale)[:, None], (radians.sin() / scale)[:, None]
    # grid_sample wants fractions of half the side; scaling rows and columns is cheaper than scaling pixels.
    x = (cos * across * (2 / width))[:, None, :] - (sin * down * (2 / width))[:, :, None]
    y = (sin * across * (2 / height))[:, None, :] + (cos * down * (2 / height))[:, :, None]
    grid = torch.stack((x, y), dim=-1)
    if fill == 0:
        return grid_sample(images, grid, align_corners=False)
    return grid_sample(images - fill, grid, align_corners=False) + fill  # outside, grid_sample gives 0


def _check_images(images: Tensor) -> None:
    if not images.is_floating_point():
        raise TypeError(f"images: came as {images.dtype}, expected floating point: images.float() / 255")
    if images.ndim != 4:
        raise ValueError(f"images: came as {tuple(images.shape)}, expected (B, C, H, W)")
