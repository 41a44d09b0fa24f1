"""What of a folder is learnt from and what is held out: as the folder says, or else a fifth of it."""

import re
from pathlib import Path

import torch

from .sampling import stream

_TEST_NAMES = ("test", "val", "valid", "validation")
_TEST_SHARE = 0.2


def part_folders(path: Path) -> tuple[Path, Path] | None:
    """Return the folders train/ and test/ (or val/, valid/, validation/) of a folder that has both, else None.

    >>> part_folders(Path(__file__).with_name("photographs"))[1].name
    'test'
    """
    folders = {folder.name.lower(): folder for folder in visible_folders(path)}
    test_name = next((name for name in _TEST_NAMES if name in folders), None)
    return (folders["train"], folders[test_name]) if "train" in folders and test_name else None


def held_out(count: int, *counters: int, seed: int) -> set[int]:
    """Return which of `count` files are held out for the test: a fifth, at least one, as seed and counters decide.

    >>> len(held_out(9, seed=0))
    2
    """
    order = torch.randperm(count, generator=stream(seed, *counters)).tolist()
    return set(order[: max(1, round(_TEST_SHARE * count))])


def visible_folders(path: Path) -> list[Path]:
    """Return the folders in a folder, in natural order, without hidden ones."""
    folders = (folder for folder in path.iterdir() if folder.is_dir() and not is_hidden(folder.name))
    return sorted(folders, key=lambda folder: natural(folder.name))


def is_hidden(name: str) -> bool:
    """Say whether a file or folder is none of the user's: `.git`, but `__MACOSX` and `__pycache__` too.

    >>> is_hidden(".DS_Store")
    True
    """
    return name.startswith((".", "__"))


def natural(name: str) -> tuple[list[str | int], str]:
    """Return a key that sorts "2" before "10".

    >>> sorted(["10", "2", "b1"], key=natural)
    ['2', '10', 'b1']
    """
    pieces = re.split(r"(\d+)", name.lower())  # alternate between text and number, so they always compare
    return [int(piece) if index % 2 else piece for index, piece in enumerate(pieces)], name
