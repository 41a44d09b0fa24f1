"""Photographs as the eye meets them: grey, whitened, cut into patches; and images that have their statistics."""

import math
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import torch
from torch import Tensor

from .image_file import EXTENSIONS, decode
from .resize import convert_channels
from .sampling import stream

PHOTOGRAPHS = Path(__file__).with_name("photographs")
CUTOFF = 0.4  # cycles a pixel: the paper's 200 cycles a picture of 512 pixels


def read_photographs(folder: str | PathLike[str] = PHOTOGRAPHS) -> list[Tensor]:
    """Read the image files of a folder, in the order of their names, as grey: float32 (H, W) from 0 to 1.

    Unless given, the folder is that of this package: Grace Hopper, photographed by James S. Davis for the US Navy.

    Raises:
        FileNotFoundError: there is no such folder, or no image file in it.
        ValueError: a file is damaged.

    >>> [tuple(photograph.shape) for photograph in read_photographs()]
    [(600, 512)]
    """
    path = Path(folder)
    if not path.is_dir():
        raise FileNotFoundError(f"photographs: no folder {str(path)!r}")
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in EXTENSIONS)
    if not files:
        raise FileNotFoundError(
            f"photographs: no image file in {str(path)!r}, expected one of *{', *'.join(EXTENSIONS)}"
        )
    return [convert_channels(decode(file), 1)[0].float() / 255 for file in files]


def dead_leaves(size: int = 512, *, smallest: float = 2.0, seed: int = 0) -> Tensor:
    """Draw an image of opaque discs that hide one another: edges, and the power spectrum of photographs, by design.

    Discs fall from nearest to farthest until none can be seen, with a density of radii of r^-3 up to half the image and
    a grey level each. This makes statistics that do not change with scale, as those of photographs do not.

    Args:
        size: side in pixels.
        smallest: radius in pixels.
        seed: of everything drawn.

    Returns:
        float32 (size, size) from 0 to 1.

    Raises:
        ValueError: a smallest radius not above 0, or of more than half the image.

    Source: A. B. Lee, D. Mumford and J. Huang, "Occlusion models for natural images", Int. J. Computer Vision 41, 2001.

    >>> dead_leaves(64).shape
    torch.Size([64, 64])
    """
    largest = size / 2
    if not 0 < smallest <= largest:
        raise ValueError(f"smallest must be above 0 and at most half of size, {largest:g}, but got {smallest}")
    generator = stream(seed)
    image = torch.full((size, size), math.nan)
    place = torch.arange(size)
    while image.isnan().any():
        for uniform, down, right, grey in torch.rand(256, 4, generator=generator, dtype=torch.float64).tolist():
            radius = (smallest**-2 + uniform * (largest**-2 - smallest**-2)) ** -0.5
            # Centres lie outside too, or the borders would see fewer large discs.
            row, column = (position * (size + 2 * radius) - radius for position in (down, right))
            rows, columns = (slice(max(0, math.ceil(at - radius)), math.floor(at + radius) + 1) for at in (row, column))
            disc = (place[rows, None] - row).square() + (place[columns] - column).square() <= radius**2
            seen = image[rows, columns]
            seen[disc & seen.isnan()] = grey
    return image


def whiten(image: Tensor, cutoff: float = CUTOFF) -> Tensor:
    r"""Flatten the spectrum of a photograph, whose amplitude falls as 1/f, and remove what the pixels barely resolve.

    $$R(f) = f e^{-(f / f_0)^4}$$

    Args:
        image: (H, W), floating point.
        cutoff: f_0, in cycles a pixel.

    Returns:
        (H, W), of mean 0 and variance 1.

    Raises:
        ValueError: another rank, a cutoff not above 0, or an image that is the same everywhere.

    Source: B. A. Olshausen and D. J. Field, Nature 381, 1996, legend of Fig. 4.

    >>> wave = torch.cos(2 * torch.pi * torch.arange(64) / 8).expand(64, 64)
    >>> torch.allclose(whiten(wave), wave * 2**0.5, atol=1e-5)   # one frequency is only scaled
    True
    """
    if image.ndim != 2:
        raise ValueError(f"image must be (H, W), but got {tuple(image.shape)}; take one channel")
    if not cutoff > 0:
        raise ValueError(f"cutoff must be above 0 cycles a pixel, but got {cutoff}")
    height, width = image.shape
    f = torch.hypot(torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width))
    white: Tensor = torch.fft.irfft2(torch.fft.rfft2(image) * f * torch.exp(-((f / cutoff) ** 4)), s=(height, width))
    deviation = white.std(correction=0)
    if not deviation > 1e-6 * image.abs().max():
        raise ValueError("image is the same everywhere: there is nothing to whiten")
    return white / deviation


def random_patches(images: Sequence[Tensor], count: int, size: int, *, generator: torch.Generator) -> Tensor:
    """Cut square patches at random places of random images.

    Args:
        images: each (H, W).
        count: of patches.
        size: their side.
        generator: where image and place are drawn.

    Returns:
        (count, 1, size, size).

    Raises:
        ValueError: no image, or one smaller than a patch.

    >>> random_patches([torch.rand(20, 30)], 7, 12, generator=torch.Generator()).shape
    torch.Size([7, 1, 12, 12])
    """
    if not images:
        raise ValueError("images is empty, expected at least one")
    for image in images:
        if image.ndim != 2 or min(image.shape) < size:
            raise ValueError(f"images must be (H, W) of {size} x {size} or more, but got {tuple(image.shape)}")
    which = torch.randint(len(images), (count,), generator=generator).tolist()
    places = torch.rand(count, 2, generator=generator, dtype=torch.float64).tolist()
    cut = []
    for index, (down, right) in zip(which, places, strict=True):
        image = images[index]
        row, column = (int(at * (side - size + 1)) for at, side in zip((down, right), image.shape, strict=True))
        cut.append(image[row : row + size, column : column + size])
    return torch.stack(cut)[:, None]
