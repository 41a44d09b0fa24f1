"""Videos as tensors: animations, folders of frames, and what PyAV decodes."""

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageSequence
from torch import Tensor

from striate.arithmetic.arguments import integer

from .image_file import EXTENSIONS as IMAGE_EXTENSIONS
from .image_file import decode
from .resize import convert_channels
from .splitting import natural

ANIMATIONS = (".apng", ".gif", ".png", ".webp")
FILMS = (".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpg", ".webm")


def read_video(path: str | PathLike[str], *, most: int | None = None) -> Tensor:
    """Read the frames of a video.

    Args:
        path: an animated GIF, WebP or PNG; a folder of images, which are the frames in the natural order of their
            names; or a film (.mp4, .avi, .mkv, .mov, .webm ...), for which `pip install "striate[video]"` adds PyAV.
        most: frames to read; all unless given.

    Returns:
        uint8 (3, T, H, W).

    Raises:
        FileNotFoundError: nothing there, or no image in a folder.
        ValueError: another kind of file, a damaged one, or frames of different sizes.
        ImportError: a film, and PyAV is not installed.

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile(suffix=".gif") as file:
    ...     frames = [Image.new("L", (8, 6), level) for level in (0, 128, 255)]
    ...     frames[0].save(file.name, save_all=True, append_images=frames[1:])
    ...     read_video(file.name).shape
    torch.Size([3, 3, 6, 8])
    """
    path = Path(path)
    if most is not None:
        integer(most, "most", 1)
    suffix = path.suffix.lower()
    if path.is_dir():
        frames = _folder(path)
    elif not path.is_file():
        raise FileNotFoundError(f"path: no video {str(path)!r}")
    elif suffix in ANIMATIONS:
        frames = _animation(path)
    elif suffix in FILMS:
        frames = _film(path)
    else:
        raise ValueError(f"{path}: expected a folder of frames, or a file ending in {', '.join((*ANIMATIONS, *FILMS))}")
    kept: list[Tensor] = []
    for frame in frames:
        if kept and frame.shape != kept[0].shape:
            raise ValueError(
                f"{path}: frame {len(kept) + 1} is {tuple(frame.shape[1:])} (height, width), the first is "
                f"{tuple(kept[0].shape[1:])}; bring all frames to one size"
            )
        kept.append(frame)
        if len(kept) == most:
            break
    return torch.stack(kept, 1)


def cut_clips(video: Tensor, frames: int, *, step: int | None = None, every: int = 1) -> Tensor:
    """Cut a video into clips.

    Args:
        video: (C, T, H, W).
        frames: of a clip.
        step: from the beginning of a clip to that of the next; a clip's length, so that none overlap, unless given.
        every: takes each so many-th frame only.

    Returns:
        (N, C, frames, H, W), a view; frames that fill no clip are left out.

    Raises:
        ValueError: a number below 1, another rank, or a video shorter than a clip.

    >>> cut_clips(torch.zeros(3, 20, 8, 8), 8, step=4).shape
    torch.Size([4, 3, 8, 8, 8])
    """
    if video.ndim != 4:
        raise ValueError(f"video must be (C, T, H, W), but got {tuple(video.shape)}")
    taken = video[:, :: integer(every, "every", 1)]
    if taken.shape[1] < integer(frames, "frames", 1):
        raise ValueError(
            f"video has {taken.shape[1]} frames to take, too few for a clip of {frames}; ask for shorter clips"
        )
    return taken.unfold(1, frames, frames if step is None else integer(step, "step", 1)).permute(1, 0, 4, 2, 3)


def _folder(path: Path) -> Iterator[Tensor]:
    files = sorted(
        (file for file in path.iterdir() if file.suffix.lower() in IMAGE_EXTENSIONS and not file.name.startswith(".")),
        key=lambda file: natural(file.name),
    )
    if not files:
        raise FileNotFoundError(
            f"{path}: no frame in this folder, expected images ending in {' '.join(IMAGE_EXTENSIONS)}"
        )
    return (convert_channels(decode(file), 3) for file in files)


def _animation(path: Path) -> Iterator[Tensor]:
    try:
        with Image.open(path) as image:
            for frame in ImageSequence.Iterator(image):
                yield _pixels(np.asarray(frame.convert("RGB")))
    except PermissionError:
        raise
    except Exception as error:  # OSError, SyntaxError, EOFError ..., by format and damage
        raise ValueError(f"{path}: not a readable animation, unknown format or damaged file ({error})") from error


def _film(path: Path) -> Iterator[Tensor]:
    try:
        import av  # noqa: PLC0415  an extra: the libraries that decode films are large
    except ImportError as error:
        raise ImportError(
            f'{path}: reading a film needs PyAV: pip install "striate[video]"; or save its frames into a folder, such '
            "as by `ffmpeg -i FILM FOLDER/%05d.png`"
        ) from error
    try:
        with av.open(str(path)) as film:
            for frame in film.decode(video=0):
                yield _pixels(frame.to_ndarray(format="rgb24"))
    except (av.FFmpegError, IndexError) as error:  # an IndexError where there is sound only
        raise ValueError(f"{path}: not a readable film, unknown format or damaged file ({error})") from error


def _pixels(frame: np.ndarray[Any, np.dtype[Any]]) -> Tensor:
    return torch.from_numpy(frame.copy()).permute(2, 0, 1)
