"""Image files of any size and mode, read with Pillow."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from .resize import as_size, convert_channels, letterbox

EXTENSIONS = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
_ORIENTATION = 0x0112  # the EXIF tag; 5 to 8 swap height and width


def read_image(path: str | os.PathLike[str], *, channels: int, image_size: int | tuple[int, int]) -> Tensor:
    """Read an image file to the channels and the size a network expects.

    The camera's orientation (EXIF) is honoured, transparency is laid over white, 16 bits are scaled to 8, of an
    animation the first frame is taken; another size is letterboxed: aspect ratio kept, padded with the border's median.

    Args:
        path: The file, of any size and mode that Pillow reads.
        channels: 1 (grey) or 3 (RGB).
        image_size: Height and width, or one int for both.

    Returns:
        uint8 (channels, *image_size).

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is not an image or is damaged; another number of channels; a size below 1.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from PIL import Image
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "photo.png"
        ...     Image.new("RGBA", (40, 30), "red").save(path)
        ...     read_image(path, channels=1, image_size=28).shape
        torch.Size([1, 28, 28])
    """
    check_channels(channels)
    return letterbox(convert_channels(decode(Path(path)), channels), as_size(image_size))


def check_channels(channels: int) -> None:
    """Refuse what an image file cannot give."""
    if channels not in (1, 3):
        raise ValueError(f"channels: came as {channels!r}, expected 1 (grey) or 3 (RGB) from an image file")


def decode(path: Path) -> Tensor:
    """The pixels of an image file at its own size: uint8 (1, H, W) where every pixel is grey, else (3, H, W)."""
    with _named(path), Image.open(path) as image:
        ImageOps.exif_transpose(image, in_place=True)
        red, green, blue = (np.asarray(band) for band in _to_rgb(image).split())
    grey = np.array_equal(red, green) and np.array_equal(green, blue)
    return torch.from_numpy(np.stack([red] if grey else [red, green, blue]))


def displayed_size(path: Path) -> tuple[int, int]:
    """Height and width of an image file as it is shown, read off its header."""
    with _named(path), Image.open(path) as image:
        # Pillow decodes a whole PNG to look for EXIF behind the pixels; such a file is merely letterboxed later.
        exif = image.format != "PNG" or "exif" in image.info
        turned = exif and image.getexif().get(_ORIENTATION) in range(5, 9)
        return (image.width, image.height) if turned else (image.height, image.width)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn whatever a decoder raises on a damaged file into a ValueError that names the file."""
    if path.is_dir():
        raise ValueError(f"path: {str(path)!r} is a folder, expected an image file")
    if not path.exists():
        raise FileNotFoundError(f"path: no image file {str(path)!r}")
    try:
        yield
    except PermissionError:
        raise
    except Exception as error:  # OSError, SyntaxError, ValueError, EOFError, struct.error ..., by format and damage
        raise ValueError(f"{path}: not a readable image, unknown format or damaged file ({error})") from error


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode[0] in "IF":  # I;16 and its kin, I (which PGM and old PNG readers use for 16 bits), F
        return _to_eight_bits(image).convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image if image.mode == "RGB" else image.convert("RGB")


def _to_eight_bits(image: Image.Image) -> Image.Image:
    values, top = np.asarray(image), 1.0 if image.mode == "F" else 65535.0
    if not (values.min() >= 0 and values.max() <= top):
        raise ValueError(f"mode {image.mode} with values {values.min()} to {values.max()}, expected 0 to {top:g}")
    return Image.fromarray(np.rint(values * (255 / top)).astype(np.uint8))
