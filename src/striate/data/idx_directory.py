"""A directory of IDX files named as MNIST's are (Fashion-MNIST, KMNIST, one EMNIST split, a person's own)."""

import re
from pathlib import Path

import torch
from torch import Tensor

from .idx import read_idx
from .images import ImageData, Images

# train-images-idx3-ubyte, t10k-labels.idx1-ubyte.gz, emnist-digits-test-images-idx3-ubyte ...
_NAME = re.compile(
    r"(?:.*[-_.])?(?P<split>train|t10k|test)[-_.](?P<kind>images|labels)"
    r"(?:[-_.](?:idx\d?|[su]?byte|short|int|float|double))*(?:\.gz)?",
    re.IGNORECASE,
)


def holds_idx(directory: Path) -> bool:
    """Whether a directory holds a file named as an IDX set's."""
    return any(_NAME.fullmatch(path.name) for path in directory.iterdir() if path.is_file())


def load_idx_directory(directory: Path) -> ImageData:
    """Read the four files of an IDX set; the classes are the label values of the training set, in order.

    Raises:
        FileNotFoundError: One of the four is missing.
        ValueError: A file is damaged, of the wrong type or rank; counts differ; two files claim the same part.
    """
    train_images, train_values = _read_split(directory, "train")
    test_images, test_values = _read_split(directory, "test")
    names = sorted(set(train_values.tolist()))
    unseen = sorted(set(test_values.tolist()) - set(names))
    if unseen:
        raise ValueError(f"{directory}: the test labels hold {unseen}, which the training labels never name")
    values = torch.tensor(names)
    return ImageData(
        name=directory.resolve().name,
        train=Images(train_images, torch.searchsorted(values, train_values)),
        test=Images(test_images, torch.searchsorted(values, test_values)),
        classes=tuple(str(value) for value in names),
    )


def _read_split(directory: Path, split: str) -> tuple[Tensor, Tensor]:
    images_path, labels_path = _find(directory, split, "images"), _find(directory, split, "labels")
    images, labels = read_idx(images_path), read_idx(labels_path)
    if images.dtype != torch.uint8 or images.ndim not in (3, 4):
        raise ValueError(
            f"{images_path}: images of {images.dtype} {tuple(images.shape)}, expected uint8 (N, H, W) or (N, C, H, W)"
        )
    if images.ndim == 4 and images.shape[3] in (1, 3) and images.shape[1] not in (1, 3):
        raise ValueError(f"{images_path}: {tuple(images.shape)} looks channels-last, expected (N, C, H, W): permute")
    if labels.is_floating_point() or labels.ndim != 1:
        raise ValueError(f"{labels_path}: labels of {labels.dtype} {tuple(labels.shape)}, expected integers (N,)")
    if len(images) != len(labels):
        raise ValueError(
            f"{directory}: {len(images)} images in {images_path.name}, {len(labels)} labels in {labels_path.name}"
        )
    return (images if images.ndim == 4 else images.unsqueeze(1)), labels.long()


def _find(directory: Path, split: str, kind: str) -> Path:
    words = ("train",) if split == "train" else ("t10k", "test")
    files = sorted(path for path in directory.iterdir() if path.is_file() and not path.name.startswith("."))
    found = [
        path
        for path in files
        if (match := _NAME.fullmatch(path.name)) and match["split"].lower() in words and match["kind"].lower() == kind
    ]
    plain = {path.name.removesuffix(".gz"): path for path in reversed(found)}  # a file wins over its own .gz
    if len(plain) > 1:
        raise ValueError(f"{directory}: several files of {split} {kind}, {sorted(plain)}, expected one")
    if not plain:
        patterns = " or ".join(f"{word}-{kind}*" for word in words)
        raise FileNotFoundError(
            f"{directory}: no {split} {kind}; looked for {patterns} (idx, ubyte and .gz endings), "
            f"found {[path.name for path in files]}"
        )
    return next(iter(plain.values()))
