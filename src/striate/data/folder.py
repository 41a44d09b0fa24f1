"""A folder of images in which each class has a folder of its own."""

import statistics
from pathlib import Path

import torch

from .class_folders import IMAGES, find_splits, labels_of
from .image_file import check_channels, decode, displayed_size
from .images import ImageData, Images
from .resize import convert_channels, letterbox

_COMMON_SIZE = (28, 64)  # bounds of the side that images of different sizes are fitted to
_LARGEST_KEPT = 256  # 196 KB an RGB image; 10,000 of them still fit in memory


def load_image_folder(
    path: Path, *, image_size: tuple[int, int] | None = None, channels: int | None = None, seed: int = 0
) -> ImageData:
    """Read a folder of images; see `striate.data.load` for what is read off it.

    Raises:
        FileNotFoundError: The folder, or a class, holds no image.
        ValueError: Fewer than two classes; a class too small to split; different classes in train and test; a damaged
            image.
    """
    if channels is not None:
        check_channels(channels)
    train, test = find_splits(path, IMAGES, seed)
    files = [file for part in (train, test) for group in part.values() for file in group]
    size = image_size or _common_size(files)
    # Channels before size, as `read_image` does it: a model must later see the pixels that it learned from.
    pixels = [letterbox(convert_channels(image, channels or len(image)), size) for image in map(decode, files)]
    most = max(len(image) for image in pixels)
    images = torch.stack([convert_channels(image, most) for image in pixels])
    labels = torch.cat([labels_of(train), labels_of(test)])
    split = sum(map(len, train.values()))
    return ImageData(
        name=path.resolve().name,
        train=Images(images[:split], labels[:split]),
        test=Images(images[split:], labels[split:]),
        classes=tuple(train),
    )


def _common_size(files: list[Path]) -> tuple[int, int]:
    sizes = {file: displayed_size(file) for file in files}
    first = sizes[files[0]]
    if max(first) <= _LARGEST_KEPT and set(sizes.values()) == {first}:
        return first
    low, high = _COMMON_SIZE
    side = min(max(round(statistics.median(min(size) for size in sizes.values())), low), high)
    return side, side
