"""Labelled volumes and clips: a folder of class folders, or generated bodies."""

from os import PathLike
from pathlib import Path

import torch
from torch import Tensor

from striate.arithmetic.arguments import integers

from .class_folders import Kind, find_splits, labels_of
from .image_file import EXTENSIONS as IMAGE_EXTENSIONS
from .labelled import Labelled, LabelledData
from .solids import solids
from .video import ANIMATIONS, FILMS, read_video
from .volume_file import EXTENSIONS, read_volume

# An image that is neither a stack nor an animation is a frame: its folder is the sample.
_FRAMES = tuple(suffix for suffix in IMAGE_EXTENSIONS if suffix not in {*EXTENSIONS, ".gif", ".webp"})
VOLUMES = Kind(
    "volume",
    (*EXTENSIONS, *(suffix for suffix in ANIMATIONS if suffix not in _FRAMES), *FILMS, *_FRAMES),
    sample=lambda file: file.parent if file.suffix.lower() in _FRAMES else file,
)


def load_volumes(
    source: str | PathLike[str] = "solids",
    *,
    volume_size: int | tuple[int, int, int] | None = None,
    channels: int | None = None,
    seed: int = 0,
) -> LabelledData:
    """Load labelled volumes or clips: those of `solids`, or a folder.

    In a folder each class has a folder of TIFF stacks, .npy or .npz arrays, animations, films, or folders of frames;
    train/ and test/ folders are respected, and without them a fifth of each class is held out. Of a video the first
    frames are taken, as many as `volume_size` says.

    Args:
        source: "solids", or a folder.
        volume_size: depth (or frames), height and width to resample every volume to, or one number for all; the size
            that all share unless given.
        channels: 1 for the mean of a volume's channels, or as many as all have.
        seed: which volumes are held out.

    Raises:
        FileNotFoundError: no such folder, no class folder, or one without volumes.
        ValueError: volumes of different sizes or channels where none was given, a damaged file, fewer than two classes.

    >>> load_volumes().keywords
    {'classes': 6, 'in_channels': 1, 'volume_size': (16, 16, 16)}
    """
    if source == "solids":
        return solids()
    path = Path(source)
    if not path.is_dir():
        raise FileNotFoundError(f"source: no folder {str(path)!r}, and no volumes of that name; known: 'solids'")
    splits = find_splits(path, VOLUMES, seed)
    size = None if volume_size is None else integers(volume_size, 3, "volume_size", 1)
    files = [file for part in splits for group in part.values() for file in group]
    volumes = [_fit(_read(file, size), size, channels) for file in files]
    for file, volume in zip(files, volumes, strict=True):
        if channels not in {None, len(volume)}:
            raise ValueError(f"{file}: {len(volume)} channels, but channels was given as {channels}")
        if volume.shape != volumes[0].shape:
            raise ValueError(
                f"{file}: a volume of {tuple(volume.shape)} (channels, depth, height, width), but {files[0].name} is "
                f"{tuple(volumes[0].shape)}; give volume_size or channels to bring all to one shape"
            )
    stacked, labels = torch.stack(volumes), torch.cat([labels_of(part) for part in splits])
    split = sum(map(len, splits[0].values()))
    return LabelledData(
        path.resolve().name,
        Labelled(stacked[:split], labels[:split]),
        Labelled(stacked[split:], labels[split:]),
        tuple(splits[0]),
        unit="volumes",
    )


def _read(path: Path, size: tuple[int, ...] | None) -> Tensor:
    """A volume, or a video's frames as they are taken, float32 (C, D, H, W)."""
    if path.suffix.lower() in EXTENSIONS:
        return read_volume(path)
    video = read_video(path, most=None if size is None else size[0])
    return video.float() / 255


def _fit(volume: Tensor, size: tuple[int, ...] | None, channels: int | None) -> Tensor:
    if channels == 1:
        volume = volume.mean(0, keepdim=True)
    if size is None:
        return volume
    # Means where it shrinks, so that no slice is skipped; straight lines between voxels where it grows.
    smaller = [min(pair) for pair in zip(size, volume.shape[1:], strict=True)]
    fitted = torch.nn.functional.interpolate(volume[None], smaller, mode="area")
    return torch.nn.functional.interpolate(fitted, size, mode="trilinear")[0]
