"""What has been done of a long job: a line a tile, each on disk before the next tile begins."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from striate.train.files import write_atomically


class Journal:
    """The finished tiles of a job, in a file whose first line says which job that is.

    Args:
        path: of the file.
        job: what must be the same for the tiles that are done to be of use; JSON values.
        resume: whether to go on where there is a file.

    Raises:
        FileExistsError: there is a file, and `resume` is not asked for.
        ValueError: it is of another job; what differs is named.
    """

    def __init__(self, path: Path, job: Mapping[str, Any], resume: bool) -> None:
        self.path = path
        self.done: set[int] = set()
        if path.exists():
            if not resume:
                raise FileExistsError(
                    f"{path}: this output was begun and not finished; pass resume=True (--resume) to go on with it, or "
                    "delete the file"
                )
            self._read(job)
        else:
            write_atomically(path, (json.dumps(job) + "\n").encode())

    def note(self, tile: int) -> None:
        """Note that a tile is finished; what it wrote must be on disk."""
        with self.path.open("ab") as file:
            file.write(f"{tile}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        self.done.add(tile)

    def _read(self, job: Mapping[str, Any]) -> None:
        lines = self.path.read_bytes().split(b"\n")
        try:
            begun = json.loads(lines[0])
            done = {int(line) for line in lines[1:-1]}
        except ValueError as error:
            raise ValueError(f"{self.path} is damaged or is no journal of tiles: {error}") from error
        differing = [key for key, value in job.items() if begun.get(key) != json.loads(json.dumps(value))]
        if differing:
            raise ValueError(
                f"{self.path} was begun with another {' and another '.join(differing)}: go on with the same, or delete "
                "the file to begin anew"
            )
        if lines[-1]:  # a line that was cut short: its tile is done again
            write_atomically(self.path, b"\n".join([*lines[:-1], b""]))
        self.done = done
