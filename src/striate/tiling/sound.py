"""Sound files as arrays (frames, channels) that are read and written a run of frames at a time."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.tiling.extras import extra

_SILENCE = 1 << 20  # frames that are written at once where a file is made


class Sound:
    """A sound file.

    Args:
        path: of the file, of any format that libsndfile reads; one that is written to must be WAV.
        mode: "r", or "r+" to write into it.
    """

    dtype = np.dtype(np.float32)

    def __init__(self, path: Path, mode: str = "r") -> None:
        self._file = extra("soundfile", path).SoundFile(str(path), mode)
        self.shape = (self._file.frames, self._file.channels)
        self.rate = int(self._file.samplerate)

    @classmethod
    def create(cls, path: Path, shape: tuple[int, ...], rate: int) -> "Sound":
        """Make a WAV file of silence, float32.

        Args:
            path: of the file.
            shape: (frames, channels).
            rate: frames a second.
        """
        frames, channels = shape
        soundfile = extra("soundfile", path)
        with soundfile.SoundFile(str(path), "w", rate, channels, "FLOAT", format="WAV") as file:
            for start in range(0, frames, _SILENCE):
                file.write(np.zeros((min(_SILENCE, frames - start), channels), np.float32))
        return cls(path, "r+")

    def __getitem__(self, index: tuple[slice, ...]) -> NDArray[np.float32]:
        start, stop, _ = index[0].indices(self.shape[0])
        self._file.seek(start)
        read: NDArray[np.float32] = self._file.read(stop - start, dtype="float32", always_2d=True)
        return read[:, index[1]]

    def __setitem__(self, index: tuple[slice, ...], value: NDArray[Any]) -> None:
        start, _, _ = index[0].indices(self.shape[0])
        self._file.seek(start)
        self._file.write(np.asarray(value, dtype=np.float32))

    def flush(self) -> None:
        """Write to the file what is held back."""
        self._file.flush()
