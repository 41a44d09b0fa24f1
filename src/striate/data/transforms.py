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
    check_images(images)
    check_generator(generator)
    check_amounts(degrees=(degrees, 360), translate=(translate, float("inf")), scale=(scale, 1))
    if degrees == translate == scale == 0:
        return images.clone()
    draws = symmetric_draws(images, 4, generator)
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
    check_images(images)
    batch = len(images)
    for name, amounts, shape in (
        ("degrees", degrees, (batch,)),
        ("translate", translate, (batch, 2)),
        ("scale", scale, (batch,)),
    ):
        if tuple(amounts.shape) != shape:
            raise ValueError(f"{name}: came as {tuple(amounts.shape)}, expected {shape}, one an image")
    return warp(images, source=rotation(degrees) / scale[:, None, None], translate=translate, fill=fill)


def rotation(degrees: Tensor) -> Tensor:
    """Return the matrices from a place, (right, down) of the centre, to where a counter-clockwise turn took it from.

    Args:
        degrees: (B,), counter-clockwise as seen.

    Returns:
        (B, 2, 2).

    Example:
        >>> rotation(torch.tensor([90.0])).round()
        tensor([[[-0., -1.],
                 [ 1., -0.]]])
    """
    radians = degrees.deg2rad()
    cos, sin = radians.cos(), radians.sin()
    return torch.stack((cos, -sin, sin, cos), dim=-1).view(-1, 2, 2)


def warp(
    images: Tensor, *, source: Tensor, translate: Tensor, displacement: Tensor | None = None, fill: float = 0.0
) -> Tensor:
    """Look every pixel up, bilinearly, where a linear map, a shift and a field of displacements say that it came from.

    Args:
        images: Floating point (B, C, H, W).
        source: (B, 2, 2), which takes a place of the result, (right, down) of the centre in pixels and the shift
            undone, to a place of the image.
        translate: (B, 2), pixels to the right and down by which the result is shifted.
        displacement: (B, 2, H, W), pixels to the right and down that are added to the place in the image.
        fill: The value outside the image.

    Returns:
        A new tensor shaped as `images`.

    Example:
        >>> line = torch.tensor([[[[0.0, 0.5, 1.0]]]])
        >>> wide = torch.eye(2)[None] / 2
        >>> warp(line, source=wide, translate=torch.zeros(1, 2))
        tensor([[[[0.2500, 0.5000, 0.7500]]]])
    """
    height, width = images.shape[2:]
    across = torch.arange(width).to(images) + (1 - width) / 2 - translate[:, 0, None]
    down = torch.arange(height).to(images) + (1 - height) / 2 - translate[:, 1, None]
    # grid_sample wants fractions of half the side; scaling rows and columns is cheaper than scaling pixels.
    half = torch.tensor([width / 2, height / 2]).to(images)
    weights = (source / half[:, None])[..., None]
    x, y = ((weights[:, axis, 0] * across)[:, None, :] + (weights[:, axis, 1] * down)[:, :, None] for axis in (0, 1))
    grid = torch.stack((x, y), dim=-1)
    if displacement is not None:
        grid += displacement.movedim(1, -1) / half
    if fill == 0:
        return grid_sample(images, grid, align_corners=False)
    return grid_sample(images - fill, grid, align_corners=False) + fill  # outside, grid_sample gives 0


def symmetric_draws(images: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """Return uniform numbers in [-1, 1), (B, count), for images (B, C, H, W), of their dtype and on their device."""
    return (2 * torch.rand(len(images), count, generator=generator, device=generator.device) - 1).to(images)


def check_images(images: Tensor) -> None:
    """Raise the TypeError or ValueError of images that are not floating point (B, C, H, W)."""
    if not images.is_floating_point():
        raise TypeError(f"images: came as {images.dtype}, expected floating point: images.float() / 255")
    if images.ndim != 4:
        raise ValueError(f"images: came as {tuple(images.shape)}, expected (B, C, H, W)")


def check_generator(generator: torch.Generator) -> None:
    """Raise the TypeError of what is no generator, such as a seed."""
    if not isinstance(generator, torch.Generator):
        raise TypeError(f"generator: came as {type(generator).__name__}, expected a torch.Generator: stream(seed, ...)")


def check_amounts(**amounts: tuple[float, float]) -> None:
    """Raise a ValueError that names the first amount, of (amount, top) each, that is negative, or not below its top."""
    for name, (amount, top) in amounts.items():
        if not 0 <= amount < top:
            raise ValueError(f"{name}: came as {amount}, expected at least 0 and below {top}")
