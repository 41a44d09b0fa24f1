"""Files that are whole or not there: written under a temporary name, forced to disk, then renamed."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file's content in one step: whenever we are killed, a reader finds all of the old or all of the new.

    Args:
        path: The file; its folder must exist.
        content: All of what it is to hold.

    Raises:
        OSError: It could not be written, such as on a full disk; the file is as it was, and the message names it.
    """
    with opened_atomically(path) as file:
        file.write(content)


@contextmanager
def opened_atomically(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to be written bit by bit; it replaces what was there once the `with` block has ended without error.

    Args:
        path: The file; its folder must exist.

    Raises:
        OSError: As for `write_atomically`.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)  # on a full disk it takes what room there was
        if isinstance(error, OSError) and error.errno is not None and error.filename is None:
            error.filename = str(path)
        raise
    sync_folder(path.parent)


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a value as indented JSON, atomically."""
    write_atomically(path, (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object; a ValueError names the file where it is damaged or something else."""
    try:
        value = json.loads(path.read_bytes())
    except ValueError as error:  # JSONDecodeError and UnicodeDecodeError are both
        raise ValueError(f"{path} is damaged or is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ValueError(f"{path} holds a JSON {type(value).__name__}, expected an object")
    return value


def sync_folder(folder: Path) -> None:
    """Force a rename to disk; a rename is a change of the folder, not of the file."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
