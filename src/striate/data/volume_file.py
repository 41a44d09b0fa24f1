"""Volumes and rasters of many channels in files: TIFF stacks, and arrays of NumPy."""

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageSequence
from torch import Tensor

EXTENSIONS = (".npy", ".npz", ".tif", ".tiff")

Array = np.ndarray[Any, np.dtype[Any]]


def read_volume(path: str | PathLike[str]) -> Tensor:
    """Read a volume: a TIFF file whose pages are its slices, or an array in an .npy or .npz file.

    Integers are scaled to [0, 1] by their type's largest value (255 for 8 bits, 65,535 for 16); floats stay as they
    are. An array is (D, H, W), or (C, D, H, W) with channels; an .npz file holds one array.

    Args:
        path: of the file.

    Returns:
        float32 (C, D, H, W).

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: another kind of file, a damaged one, pages of different sizes, an array of another rank or type.

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile(suffix=".npy") as file:
    ...     np.save(file.name, np.full((4, 5, 6), 255, np.uint8))
    ...     volume = read_volume(file.name)
    >>> volume.shape, volume.max()
    (torch.Size([1, 4, 5, 6]), tensor(1.))
    """
    path = Path(path)
    array = _scaled(_read(path), path)
    if array.ndim == 3:
        array = array[None]
    if array.ndim != 4:
        raise ValueError(f"{path}: an array of {array.shape}, expected (D, H, W) or (C, D, H, W)")
    return _checked(array, path)


def read_raster(path: str | PathLike[str]) -> Tensor:
    """Read an image of any number of channels, such as bands of a satellite: a TIFF file, or an array of NumPy.

    The pages of a TIFF file are its channels, or if they have channels themselves, those of one page after another. An
    array is (C, H, W), or (H, W) for one channel. Values are scaled as in `read_volume`.

    Args:
        path: of the file.

    Returns:
        float32 (C, H, W).

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: another kind of file, a damaged one, pages of different sizes, an array of another rank or type.

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile(suffix=".tif") as file:
    ...     bands = [Image.new("L", (6, 5), level) for level in (0, 51, 255)]
    ...     bands[0].save(file.name, save_all=True, append_images=bands[1:])
    ...     raster = read_raster(file.name)
    >>> raster.shape, raster[:, 0, 0]
    (torch.Size([3, 5, 6]), tensor([0.0000, 0.2000, 1.0000]))
    """
    path = Path(path)
    array = _scaled(_read(path), path)
    if array.ndim == 4 and path.suffix.lower() in {".tif", ".tiff"}:
        array = array.swapaxes(0, 1).reshape(-1, *array.shape[2:])
    if array.ndim == 2:
        array = array[None]
    if array.ndim != 3:
        raise ValueError(f"{path}: an array of {array.shape}, expected (C, H, W) or (H, W)")
    return _checked(array, path)


def _checked(array: Array, path: Path) -> Tensor:
    if not array.size:
        raise ValueError(f"{path}: an array of {array.shape} holds nothing")
    if array.shape[0] > 4 >= array.shape[-1] > 1:
        raise ValueError(
            f"{path}: an array of {array.shape} looks as if its channels came last; move them to the front with "
            "numpy.moveaxis(array, -1, 0)"
        )
    return torch.from_numpy(array)


def _read(path: Path) -> Array:
    if not path.is_file():
        raise FileNotFoundError(f"path: no file {str(path)!r}")
    suffix = path.suffix.lower()
    if suffix not in EXTENSIONS:
        raise ValueError(f"{path}: expected a file ending in {', '.join(EXTENSIONS)}")
    try:
        return _read_numpy(path) if suffix in {".npy", ".npz"} else _read_tiff(path)
    except PermissionError:
        raise
    except Exception as error:  # by format and damage: ValueError, OSError, EOFError, BadZipFile, SyntaxError
        raise ValueError(f"{path}: not a readable volume, unknown format or damaged file ({error})") from error


def _read_numpy(path: Path) -> Array:
    loaded = np.load(path, allow_pickle=False)  # a pickle could run anything
    if isinstance(loaded, np.ndarray):
        return loaded
    with loaded:
        if len(loaded.files) != 1:
            raise ValueError(f"it holds {len(loaded.files)} arrays, expected one")
        return np.asarray(loaded[loaded.files[0]])


def _read_tiff(path: Path) -> Array:
    """The pages, (D, H, W), or (C, D, H, W) where they have channels."""
    with Image.open(path) as image:
        pages = [np.asarray(page.convert("L") if page.mode == "1" else page) for page in ImageSequence.Iterator(image)]
    shapes = {page.shape for page in pages}
    if len(shapes) > 1:
        raise ValueError(f"its pages have different shapes: {', '.join(map(str, sorted(shapes)))}")
    stack = np.stack(pages)
    return np.moveaxis(stack, -1, 0) if stack.ndim == 4 else stack


def _scaled(array: Array, path: Path) -> Array:
    if array.dtype.kind in "ui" and array.dtype.itemsize <= 4:
        return (array / np.iinfo(array.dtype).max).astype(np.float32)
    if array.dtype.kind == "b":
        return array.astype(np.float32)
    if array.dtype.kind != "f":
        raise ValueError(f"{path}: values of type {array.dtype}, expected integers of up to 32 bits or floats")
    if not np.isfinite(array).all():
        raise ValueError(f"{path}: it holds NaN or infinite values; replace them first")
    return array.astype(np.float32)
