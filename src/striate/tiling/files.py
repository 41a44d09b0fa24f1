"""Arrays in files, opened so that a part can be read or written without the rest: .npy, TIFF, zarr, sound."""

import mmap
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from striate.data.image_file import decode
from striate.tiling.extras import extra
from striate.tiling.sound import Sound

_TIFF = (".tif", ".tiff")
_SOUND = (".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif")
_CHUNK = 1024  # elements of a zarr chunk along each spatial axis


class Readable(Protocol):
    """An array of which parts are read by slices: NumPy's, zarr's and others."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""

    @property
    def dtype(self) -> Any:  # noqa: ANN401
        """Its dtype."""

    def __getitem__(self, index: tuple[slice, ...], /) -> Any: ...  # noqa: ANN401


class Writable(Protocol):
    """An array of which parts are written by slices."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""

    def __setitem__(self, index: tuple[slice, ...], value: NDArray[Any], /) -> None: ...


def open_input(path: Path) -> tuple[Readable, str | None]:
    """Open a file; its dimensions come as letters where the format tells them.

    Images of other formats than TIFF, and compressed TIFF files without tiles, are decoded whole.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is damaged, or of no format that is read.
        RuntimeError: its format needs a package that is not installed.
    """
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}")
    suffix = path.suffix.lower()
    if suffix == ".npy":
        return np.load(path, mmap_mode="r"), None
    if suffix == ".zarr":
        return extra("zarr", path).open_array(str(path), mode="r"), None
    if suffix in _TIFF:
        return _open_tiff(path)
    if suffix in _SOUND:
        return Sound(path), "xc"
    return decode(path).numpy(), "cyx"


def create_output(path: Path, shape: Sequence[int], dtype: np.dtype[Any], rate: int | None) -> Writable:
    """Make a file of an array of zeros; its format follows the name.

    Args:
        path: ends in .npy, .tif, .zarr, or for a sound in .wav.
        shape: of the array.
        dtype: of the array.
        rate: frames a second of a sound, (frames, channels) or (frames,); None where the input was none.
    """
    suffix = path.suffix.lower()
    shape = tuple(shape)
    if suffix == ".npy":
        return np.lib.format.open_memmap(path, "w+", dtype, shape)
    if suffix == ".zarr":
        chunks = tuple(min(size, _CHUNK) for size in shape)
        made: Writable = extra("zarr", path).create_array(
            str(path), shape=shape, dtype=dtype, chunks=chunks, overwrite=True
        )
        return made
    if suffix in _TIFF:
        tifffile = extra("tifffile", path)
        large = int(np.prod(shape)) * dtype.itemsize > 2**31  # above, offsets of 32 bits may not do
        array: Writable = tifffile.memmap(path, shape=shape, dtype=dtype, bigtiff=large, photometric="minisblack")
        return array
    if suffix == ".wav" and rate is not None and len(shape) == 2:
        return Sound.create(path, (shape[0], shape[1]), rate)
    raise ValueError(f"output must be a .npy, .tif or .zarr file, or .wav for a sound made of a sound, but got {path}")


def open_output(path: Path) -> Writable:
    """Open a file that `create_output` made, to go on writing."""
    suffix = path.suffix.lower()
    if suffix == ".npy":
        return np.lib.format.open_memmap(path, "r+")
    if suffix in _TIFF:
        array: Writable = extra("tifffile", path).memmap(path, mode="r+")
        return array
    if suffix == ".zarr":
        opened: Writable = extra("zarr", path).open_array(str(path), mode="r+")
        return opened
    return Sound(path, "r+")


def flush(array: Writable) -> None:
    """Bring what was written to disk."""
    if hasattr(array, "flush"):
        array.flush()


def release(array: object) -> None:
    """Let go of the memory that a mapped file took while it was read or written; the file keeps it.

    Without it the pages that were touched count as the process's own, and of a large image all soon do.
    """
    root = array
    while isinstance(root, np.ndarray) and not (isinstance(root, np.memmap) and root.mode == "c"):
        root = root.base
    if isinstance(root, mmap.mmap) and hasattr(root, "madvise"):
        root.madvise(mmap.MADV_DONTNEED)


def _open_tiff(path: Path) -> tuple[Readable, str | None]:
    tifffile = extra("tifffile", path)
    try:
        with tifffile.TiffFile(path) as file:
            axes = file.series[0].axes.replace("S", "c").lower()
            if file.series[0].dataoffset is not None:
                return tifffile.memmap(path, mode="r"), axes
        store = tifffile.imread(path, aszarr=True)
        array: Readable = extra("zarr", path).open_array(store, mode="r")
        weakref.finalize(array, store.close)  # zarr leaves the file open
        return array, axes
    except tifffile.TiffFileError as error:
        raise ValueError(f"{path} is damaged or is no TIFF file: {error}") from error
