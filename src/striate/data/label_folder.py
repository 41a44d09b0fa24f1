"""A folder of images and of label images: a PNG for each, whose pixels are class numbers."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from .image_file import EXTENSIONS, check_channels, decode, displayed_size
from .labelled import Labelled, LabelledData
from .resize import convert_channels
from .splitting import held_out, is_hidden, natural, part_folders

VOID = 255  # of Pascal VOC's unlabelled borders
_LARGEST_KEPT = 256
_FITTED = 128  # side that images of different or larger sizes are brought to
_MODES = ("1", "L", "P")  # in which a pixel is one number

_Pairs = list[tuple[Path, Path]]


def load_label_folder(
    path: Path, *, image_size: tuple[int, int] | None = None, channels: int | None = None, seed: int = 0
) -> LabelledData:
    """Read images/ and labels/ of a folder: for images/NAME.jpg the classes of its pixels are in labels/NAME.png.

    A label image is grey or has a palette, and a pixel's number is its class; 255, unlabelled in Pascal VOC, becomes a
    last class "void". A file classes.txt names the classes, one a line. Folders train/ and test/ (or val/, valid/,
    validation/) that have images/ and labels/ each are respected; otherwise a fifth is held out.

    One size that all images share is kept up to 256 pixels a side. Otherwise each is resized to cover 128 x 128, and
    its middle is taken.

    Args:
        path: the folder.
        image_size: height and width to bring every image to; None reads it off the data.
        channels: 1 (grey) or 3 (RGB); None reads it off the data.
        seed: which images are held out.

    Raises:
        FileNotFoundError: a folder, or the labels of an image, is missing.
        ValueError: an image and its labels differ in size, labels in colours, fewer than two classes or two images,
            fewer names than classes, or a damaged file.
    """
    if channels is not None:
        check_channels(channels)
    parts = part_folders(path)
    if parts:
        train, test = map(_pairs, parts)
    else:
        pairs = _pairs(path)
        if len(pairs) < 2:
            raise ValueError(f"{path}: one image, at least 2 are needed: one to learn from and one for the test")
        chosen = held_out(len(pairs), seed=seed)
        train = [pair for number, pair in enumerate(pairs) if number not in chosen]
        test = [pairs[number] for number in sorted(chosen)]
    size = image_size or _common_size([image for image, _ in train + test])
    read = [_read(image, labels, size) for image, labels in train + test]
    most = channels or max(len(image) for image, _ in read)
    images = torch.stack([convert_channels(image, most) for image, _ in read])
    labels, classes = _numbered(torch.stack([labels for _, labels in read]), path)
    split = len(train)
    return LabelledData(
        path.resolve().name,
        Labelled(images[:split], labels[:split]),
        Labelled(images[split:], labels[split:]),
        classes,
        unit="images",
    )


def _pairs(path: Path) -> _Pairs:
    """Return each image file with its labels', in natural order."""
    for name in ("images", "labels"):
        if not (path / name).is_dir():
            raise FileNotFoundError(
                f"{path}: no folder {name}/, expected images/ and, of the same names, PNG files of class numbers in "
                "labels/"
            )
    files = [
        file for file in (path / "images").iterdir() if file.suffix.lower() in EXTENSIONS and not is_hidden(file.name)
    ]
    if not files:
        raise FileNotFoundError(f"{path / 'images'}: no image, expected files ending in {' '.join(EXTENSIONS)}")
    pairs = [
        (file, path / "labels" / f"{file.stem}.png") for file in sorted(files, key=lambda file: natural(file.name))
    ]
    for image, labels in pairs:
        if not labels.is_file():
            raise FileNotFoundError(f"{image}: its labels are missing, expected {labels}")
    return pairs


def _common_size(files: list[Path]) -> tuple[int, int]:
    sizes = {displayed_size(file) for file in files}
    first = next(iter(sizes))
    return first if len(sizes) == 1 and max(first) <= _LARGEST_KEPT else (_FITTED, _FITTED)


def _read(image_path: Path, label_path: Path, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Return an image, uint8 (C, *size), and the numbers of its pixels, uint8 of that size."""
    image, labels = decode(image_path), _numbers(label_path)
    if image.shape[1:] != labels.shape:
        raise ValueError(
            f"{label_path}: labels of {tuple(labels.shape)} for an image of {tuple(image.shape[1:])}: {image_path}"
        )
    covered = [_cover(channel, size, Image.Resampling.BILINEAR) for channel in image]
    return torch.stack(covered), _cover(labels, size, Image.Resampling.NEAREST)


def _numbers(path: Path) -> Tensor:
    displayed_size(path)  # raises what any image file's reading raises
    with Image.open(path) as image:
        if image.mode not in _MODES:
            raise ValueError(
                f"{path}: mode {image.mode} has colours, expected a grey or palette PNG whose pixels are class numbers"
            )
        return torch.from_numpy(np.array(image, dtype=np.uint8))


def _cover(plane: Tensor, size: tuple[int, int], filter: Image.Resampling) -> Tensor:
    """Resize uint8 (H, W) until it covers a size, and take its middle."""
    if tuple(plane.shape) == size:
        return plane
    ratio = max(new / old for new, old in zip(size, plane.shape, strict=True))
    height, width = (max(new, round(ratio * old)) for new, old in zip(size, plane.shape, strict=True))
    resized = torch.from_numpy(np.array(Image.fromarray(plane.numpy()).resize((width, height), filter)))
    top, left = (height - size[0]) // 2, (width - size[1]) // 2
    return resized[top : top + size[0], left : left + size[1]]


def _numbered(numbers: Tensor, path: Path) -> tuple[Tensor, tuple[str, ...]]:
    """Return labels, int64, and the classes' names."""
    labels = numbers.long()
    void = labels == VOID
    count = int(labels[~void].max()) + 1 if not void.all() else 0
    names = path / "classes.txt"
    listed = [line.strip() for line in names.read_text(encoding="utf-8").splitlines()] if names.is_file() else []
    classes = [name for name in listed if name] or [str(number) for number in range(count)]
    if len(classes) < max(count, 2):
        raise ValueError(
            f"{names if listed else path}: {len(classes)} classes named for labels up to {count - 1}, at least "
            f"{max(count, 2)} are needed"
        )
    if void.any():
        labels[void] = len(classes)
        classes.append("void")
    return labels, tuple(classes)
