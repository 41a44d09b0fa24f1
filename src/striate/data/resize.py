"""Images brought to the channels and the size a network expects."""

import math

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from .images import border_pixels


def convert_channels(images: Tensor, channels: int) -> Tensor:
    """Repeat grey to `channels`, or weigh RGB to grey.

    Args:
        images: uint8 (..., C, H, W).
        channels: The channels to return.

    Returns:
        uint8 (..., channels, H, W). Grey is the luma of ITU-R BT.601 in 16-bit fixed point, as in Pillow.

    Raises:
        ValueError: C is neither `channels` nor 1, nor is it RGB to grey.
    """
    present = images.shape[-3]
    if present == channels:
        return images
    if present == 1 <= channels:
        return images.repeat_interleave(channels, dim=-3)
    if (present, channels) == (3, 1):
        red, green, blue = images.int().unbind(-3)
        return (19595 * red + 38470 * green + 7471 * blue + 32768 >> 16).to(torch.uint8).unsqueeze(-3)
    raise ValueError(
        f"channels: {channels} cannot be made of {present}, expected {present}, or 1 from 3, or any from 1"
    )


def letterbox(images: Tensor, image_size: tuple[int, int]) -> Tensor:
    """Fit images into a size with their aspect ratio kept.

    An image is resized, up or down, with Pillow's antialiased bilinear filter, which never leaves the range of the
    source, and centred; what stays free takes the median of the image's own border, channel by channel.

    Args:
        images: uint8 (..., C, H, W).
        image_size: Height and width to return.

    Returns:
        uint8 (..., C, *image_size).
    """
    *leading, old_height, old_width = images.shape
    if (old_height, old_width) == image_size:
        return images
    ratio = min(image_size[0] / old_height, image_size[1] / old_width)
    height, width = max(1, round(ratio * old_height)), max(1, round(ratio * old_width))
    resized = np.empty((math.prod(leading), height, width), np.uint8)
    for source, target in zip(images.reshape(-1, old_height, old_width).numpy(), resized, strict=True):
        target[:] = np.asarray(Image.fromarray(source).resize((width, height), Image.Resampling.BILINEAR))
    background = border_pixels(images).median(dim=-1).values
    fitted = background[..., None, None].expand(*leading, *image_size).clone()
    top, left = (image_size[0] - height) // 2, (image_size[1] - width) // 2
    fitted[..., top : top + height, left : left + width] = torch.from_numpy(resized).view(*leading, height, width)
    return fitted


def as_size(image_size: int | tuple[int, int]) -> tuple[int, int]:
    """Height and width of `image_size`, an int (square) or a pair."""
    size = (image_size, image_size) if isinstance(image_size, int) else tuple(image_size)
    if len(size) != 2 or not all(isinstance(side, int) and side >= 1 for side in size):
        raise ValueError(f"image_size: came as {image_size!r}, expected an int or (height, width), each at least 1")
    return size
