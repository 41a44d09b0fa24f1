"""Photographs to make larger: whole ones to learn from, and whole ones held out."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from torch import Tensor
from torch.nn import functional as F

from striate.arithmetic.arguments import integer

from .natural_images import PHOTOGRAPHS, read_photographs
from .splitting import held_out, part_folders


@dataclass(frozen=True, eq=False)
class Photographs:
    """Photographs to learn from and others to judge by, each of a size of its own.

    Args:
        name: what the data are called.
        train: float32 (H, W) from 0 to 1 each; at least one.
        test: likewise.

    Raises:
        ValueError: a part without a photograph.
    """

    name: str
    train: list[Tensor]
    test: list[Tensor]

    def __post_init__(self) -> None:
        for part, images in (("train", self.train), ("test", self.test)):
            if not images:
                raise ValueError(f"{part} of {self.name!r} is empty, expected at least one photograph")


def load_photographs(folder: str | PathLike[str] | None = None, *, seed: int = 0) -> Photographs:
    """Read a folder of photographs as luminance (BT.601), with whole photographs held out.

    Sub-folders train/ and test/ (or val/, valid/, validation/) are respected; without them a fifth of the photographs,
    at least one, is held out.

    Args:
        folder: without it that of this package: bricks, a cat, coffee, gravel and a rocket to learn from, an astronaut
            and a cameraman to judge by. All are in the public domain; NOTICE names who took them.
        seed: which are held out.

    Raises:
        FileNotFoundError: there is no such folder, or no image file in it.
        ValueError: one photograph only, or a damaged file.

    >>> [tuple(photograph.shape) for photograph in load_photographs().test]
    [(512, 512), (512, 512)]
    """
    path = PHOTOGRAPHS if folder is None else Path(folder)
    name = path.resolve().name
    parts = part_folders(path) if path.is_dir() else None
    if parts:
        train, test = map(read_photographs, parts)
        return Photographs(name, train, test)
    images = read_photographs(path)
    if len(images) < 2:
        raise ValueError(
            f"photographs: {str(path)!r} holds one, at least 2 are needed: one to learn from and one to judge by"
        )
    chosen = held_out(len(images), seed=seed)
    return Photographs(
        name,
        [image for number, image in enumerate(images) if number not in chosen],
        [images[number] for number in sorted(chosen)],
    )


def shrink(images: Tensor, scale: int) -> Tensor:
    """Make images smaller by bicubic interpolation with its kernel widened against aliasing, as the papers' data are.

    Args:
        images: float (N, C, H, W) from 0 to 1; `scale` divides H and W.
        scale: how many times as small.

    Returns:
        (N, C, H / scale, W / scale), from 0 to 1.

    Raises:
        ValueError: a scale that does not divide the images.

    >>> import torch
    >>> shrink(torch.rand(1, 1, 12, 9), 3).shape
    torch.Size([1, 1, 4, 3])
    """
    height, width = images.shape[2:]
    if integer(scale, "scale", 2) and (height % scale or width % scale):
        raise ValueError(f"scale must divide the images' {(height, width)}, but got {scale}; crop them")
    return _bicubic(images, (height // scale, width // scale))


def enlarge(images: Tensor, scale: int) -> Tensor:
    """Make images larger by bicubic interpolation: what a network for super-resolution is to do better.

    Its kernel is Keys' with a = -0.5, as in the papers; torch's `Upsample` has a = -0.75, which is sharper.

    Args:
        images: float (N, C, H, W) from 0 to 1.
        scale: how many times as large.

    Returns:
        (N, C, H * scale, W * scale), from 0 to 1.

    Source: R. G. Keys, "Cubic convolution interpolation for digital image processing", IEEE Transactions on Acoustics,
    Speech, and Signal Processing 29(6), 1981.

    >>> import torch
    >>> enlarge(torch.rand(1, 1, 4, 3), 3).shape
    torch.Size([1, 1, 12, 9])
    """
    height, width = images.shape[2:]
    return _bicubic(images, (height * integer(scale, "scale", 2), width * scale))


def _bicubic(images: Tensor, size: tuple[int, int]) -> Tensor:
    return F.interpolate(images, size, mode="bicubic", antialias=True, align_corners=False).clamp(0, 1)
