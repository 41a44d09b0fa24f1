"""A folder of images in which each class has a folder of its own."""

import statistics
from pathlib import Path

import torch
from torch import Tensor

from .image_file import EXTENSIONS, check_channels, decode, displayed_size
from .images import ImageData, Images
from .resize import convert_channels, letterbox
from .splitting import held_out, is_hidden, natural, part_folders, visible_folders

_COMMON_SIZE = (28, 64)  # bounds of the side that images of different sizes are fitted to
_LARGEST_KEPT = 256  # 196 KB an RGB image; 10,000 of them still fit in memory

_Classes = dict[str, list[Path]]


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
    train, test = _find_splits(path, seed)
    files = [file for part in (train, test) for group in part.values() for file in group]
    size = image_size or _common_size(files)
    # Channels before size, as `read_image` does it: a model must later see the pixels that it learned from.
    pixels = [letterbox(convert_channels(image, channels or len(image)), size) for image in map(decode, files)]
    most = max(len(image) for image in pixels)
    images = torch.stack([convert_channels(image, most) for image in pixels])
    labels = torch.cat([_labels(train), _labels(test)])
    split = sum(map(len, train.values()))
    return ImageData(
        name=path.resolve().name,
        train=Images(images[:split], labels[:split]),
        test=Images(images[split:], labels[split:]),
        classes=tuple(train),
    )


def _labels(classes: _Classes) -> Tensor:
    counts = torch.tensor([len(group) for group in classes.values()])
    return torch.arange(len(counts)).repeat_interleave(counts)


def _common_size(files: list[Path]) -> tuple[int, int]:
    sizes = {file: displayed_size(file) for file in files}
    first = sizes[files[0]]
    if max(first) <= _LARGEST_KEPT and set(sizes.values()) == {first}:
        return first
    low, high = _COMMON_SIZE
    side = min(max(round(statistics.median(min(size) for size in sizes.values())), low), high)
    return side, side


def _find_splits(path: Path, seed: int) -> tuple[_Classes, _Classes]:
    parts = part_folders(path)
    if parts:
        train, test = map(_find_classes, parts)
        if train.keys() != test.keys():
            raise ValueError(
                f"{path}: {parts[0].name}/ and {parts[1].name}/ differ in classes: "
                f"only the former has {sorted(train.keys() - test.keys())}, "
                f"only the latter has {sorted(test.keys() - train.keys())}"
            )
        return train, test
    folders = visible_folders(path)
    only = [folder.name.lower() for folder in folders] == ["train"]
    return _split(_find_classes(folders[0] if only else path), seed)


def _split(classes: _Classes, seed: int) -> tuple[_Classes, _Classes]:
    """A fifth of each class, at least one image, is held out for the test; which, depends on the seed only."""
    train: _Classes = {}
    test: _Classes = {}
    for number, (name, files) in enumerate(classes.items()):
        if len(files) < 2:
            raise ValueError(
                f"{files[0].parent}: class {name!r} has 1 image, at least 2 are needed: "
                f"one to learn from and one for the test; add images, or train/ and test/ folders"
            )
        chosen = held_out(len(files), number, seed=seed)
        train[name] = [file for index, file in enumerate(files) if index not in chosen]
        test[name] = [files[index] for index in sorted(chosen)]
    return train, test


def _find_classes(path: Path) -> _Classes:
    classes = {folder.name: _find_images(folder) for folder in visible_folders(path)}
    if not classes:
        loose = "; it holds images itself: put each class's in a folder of its own" if _has_images(path) else ""
        raise FileNotFoundError(
            f"{path}: no class folder, expected a folder of images for each class (or IDX files){loose}"
        )
    if len(classes) < 2:
        raise ValueError(
            f"{path}: one class folder, {next(iter(classes))!r}, at least 2 are needed; is the path one level too high?"
        )
    return classes


def _find_images(folder: Path) -> list[Path]:
    files = [
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in EXTENSIONS
        and file.is_file()
        and not any(is_hidden(part) for part in file.relative_to(folder).parts)
    ]
    if not files:
        raise FileNotFoundError(
            f"{folder}: no image in this class folder, expected files ending in {' '.join(EXTENSIONS)}"
        )
    return sorted(files, key=lambda file: natural(file.relative_to(folder).as_posix()))


def _has_images(path: Path) -> bool:
    return any(file.suffix.lower() in EXTENSIONS for file in path.iterdir())
