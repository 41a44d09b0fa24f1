"""A folder in which each class of samples, of whatever kind, has a folder of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor

from .image_file import EXTENSIONS
from .splitting import held_out, is_hidden, natural, part_folders, visible_folders

S = TypeVar("S")
Samples = dict[str, list[S]]
Classes = Samples[Path]


@dataclass(frozen=True)
class Kind:
    """What the samples of a folder are.

    Args:
        noun: of one, such as "image".
        extensions: of its files, in lower case.
        sample: the path of the sample that a file belongs to: its own, or that of the folder of frames it is one of.
        otherwise: what else could have been expected in place of class folders, in words.
    """

    noun: str
    extensions: tuple[str, ...]
    sample: Callable[[Path], Path] = lambda file: file
    otherwise: str = ""


IMAGES = Kind("image", EXTENSIONS, otherwise=" (or IDX files)")


def find_splits(path: Path, kind: Kind, seed: int) -> tuple[Classes, Classes]:
    """Find the samples of each class, in natural order, to learn from and to judge by.

    Sub-folders train/ and test/ (or val/, valid/, validation/) are respected; without them a fifth of each class, at
    least one sample, is held out.

    Args:
        path: the folder of class folders, or of train/ and test/.
        kind: of the samples.
        seed: which are held out.

    Raises:
        FileNotFoundError: no class folder, or a class without samples.
        ValueError: fewer than two classes, a class too small to split, or different classes in train and test.
    """
    parts = part_folders(path)
    if parts:
        train, test = (_find_classes(part, kind) for part in parts)
        if train.keys() != test.keys():
            raise ValueError(
                f"{path}: {parts[0].name}/ and {parts[1].name}/ differ in classes: "
                f"only the former has {sorted(train.keys() - test.keys())}, "
                f"only the latter has {sorted(test.keys() - train.keys())}"
            )
        return train, test
    folders = visible_folders(path)
    only_train = [folder.name.lower() for folder in folders] == ["train"]
    whole = folders[0] if only_train else path
    return hold_out(_find_classes(whole, kind), kind.noun, str(whole), seed)


def hold_out(classes: Mapping[str, list[S]], noun: str, where: str, seed: int) -> tuple[Samples[S], Samples[S]]:
    """Split each class: a fifth, at least one sample, is for the test; which, depends on the seed only.

    Args:
        classes: samples of any kind, in order.
        noun: of one, for errors.
        where: they come from, for errors.
        seed: which are held out.

    Raises:
        ValueError: a class of one sample.

    >>> [len(part["a"]) for part in hold_out({"a": [1, 2, 3, 4, 5]}, "number", "", seed=0)]
    [4, 1]
    """
    train: Samples[S] = {}
    test: Samples[S] = {}
    for number, (name, samples) in enumerate(classes.items()):
        if len(samples) < 2:
            raise ValueError(
                f"{where}: class {name!r} has 1 {noun}, at least 2 are needed: one to learn from and one for the test; "
                f"add {noun}s, or train/ and test/ folders"
            )
        chosen = held_out(len(samples), number, seed=seed)
        train[name] = [sample for index, sample in enumerate(samples) if index not in chosen]
        test[name] = [samples[index] for index in sorted(chosen)]
    return train, test


def labels_of(classes: Mapping[str, Sequence[object]]) -> Tensor:
    """Return the label of each sample, class after class: int64 (N,).

    >>> labels_of({"cat": ["1.png", "2.png"], "dog": ["3.png"]})
    tensor([0, 0, 1])
    """
    counts = torch.tensor([len(group) for group in classes.values()])
    return torch.arange(len(counts)).repeat_interleave(counts)


def _find_classes(path: Path, kind: Kind) -> Classes:
    classes = {folder.name: _find_samples(folder, kind) for folder in visible_folders(path)}
    if not classes:
        held = any(file.suffix.lower() in kind.extensions for file in path.iterdir())
        loose = f"; it holds {kind.noun}s itself: put each class's in a folder of its own" if held else ""
        raise FileNotFoundError(
            f"{path}: no class folder, expected a folder of {kind.noun}s for each class{kind.otherwise}{loose}"
        )
    if len(classes) < 2:
        raise ValueError(
            f"{path}: one class folder, {next(iter(classes))!r}, at least 2 are needed; is the path one level too high?"
        )
    return classes


def _find_samples(folder: Path, kind: Kind) -> list[Path]:
    found = {
        kind.sample(file)
        for file in folder.rglob("*")
        if file.suffix.lower() in kind.extensions
        and file.is_file()
        and not any(is_hidden(part) for part in file.relative_to(folder).parts)
    }
    if not found:
        raise FileNotFoundError(
            f"{folder}: no {kind.noun} in this class folder, expected files ending in {' '.join(kind.extensions)}"
        )
    return sorted(found, key=lambda path: natural(path.relative_to(folder).as_posix()))
