"""WAV files of PCM samples, read with the standard library."""

import wave
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor


def read_wav(path: str | PathLike[str]) -> tuple[Tensor, int]:
    """Read a WAV file of 8, 16, 24 or 32 bits a sample.

    Args:
        path: of the file.

    Returns:
        float32 (channels, time) in [-1, 1), and the samples a second.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: no WAV file, a damaged one, one without samples, or one whose samples are not PCM.

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile(suffix=".wav") as file:
    ...     with wave.open(file, "wb") as made:
    ...         made.setparams((1, 2, 8000, 0, "NONE", ""))
    ...         made.writeframes(np.array([0, 16384, -32768], "<i2").tobytes())
    ...     read_wav(file.name)
    (tensor([[ 0.0000,  0.5000, -1.0000]]), 8000)
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"path: no WAV file {str(path)!r}")
    try:
        with wave.open(str(path), "rb") as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            promised, content = file.getnframes(), file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError(
            f"{path}: not a WAV file of PCM samples ({error or 'it ends early'}); convert it to 16 bits, such as by "
            f"`ffmpeg -i IN -c:a pcm_s16le OUT.wav`"
        ) from error
    if len(content) < promised * width * channels:
        raise ValueError(
            f"{path}: damaged, it says that it holds {promised:,} samples a channel, but has "
            f"{len(content) // (width * channels):,}"
        )
    if not promised:
        raise ValueError(f"{path}: it holds no samples")
    return torch.from_numpy(_decode(content, width).reshape(-1, channels).T.copy()), rate


def _decode(content: bytes, width: int) -> "np.ndarray[Any, np.dtype[np.float32]]":
    """Samples of so many bytes each, by the format's rule: 8 bits without a sign, more with one, little end first."""
    if width == 1:
        return (np.frombuffer(content, np.uint8).astype(np.float32) - 128) / np.float32(128)
    # The bytes become the upper ones of 32 bits: one rule for 16, 24 and 32.
    wide = np.zeros((len(content) // width, 4), np.uint8)
    wide[:, 4 - width :] = np.frombuffer(content, np.uint8).reshape(-1, width)
    return (wide.view("<i4")[:, 0] / 2**31).astype(np.float32)
