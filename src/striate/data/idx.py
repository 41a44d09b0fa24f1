"""The IDX format of the MNIST files: a type code, the sizes, then the elements, all big-endian."""

import gzip
import math
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

_DTYPES = {
    code: np.dtype(word) for code, word in ((8, "u1"), (9, "i1"), (11, ">i2"), (12, ">i4"), (13, ">f4"), (14, ">f8"))
}
_GZIP = b"\x1f\x8b"
# What people hand over by mistake; a failed download is most often a web page.
_FOREIGN = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"BM": "a BMP image",
    b"PK\x03\x04": "a zip archive",
    b"\x93NUMPY": "a NumPy array",
    b"<": "a web page",
    b"version https://git-lfs": "a Git LFS pointer: fetch the file it stands for",
}


def read_idx(path: str | os.PathLike[str]) -> Tensor:
    """Read one IDX file.

    The format is described on the MNIST page by LeCun, Cortes and Burges: two zero bytes, the type code, the rank, one
    32-bit size an axis, then the elements with the last axis fastest.

    Args:
        path: The file, plain or gzip; which of them is read off its first bytes, not off its name.

    Returns:
        A tensor of the file's own shape and type: uint8, int8, int16, int32, float32 or float64.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is a folder, foreign, truncated, corrupt, or longer than its header promises.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "labels-idx1-ubyte"
        ...     _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4]))
        ...     read_idx(path)
        tensor([5, 0, 4], dtype=torch.uint8)
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"path: {str(path)!r} is a folder, expected one IDX file; striate.data.load reads folders")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"path: no IDX file {str(path)!r}") from None
    return parse_idx(content, str(path))


def parse_idx(content: bytes, name: str) -> Tensor:
    """Read the content of an IDX file, plain or gzip; `name` is what errors call it."""
    content = decompressed(content, name)
    if not content:
        raise ValueError(f"{name}: truncated, the file is empty, expected an IDX header of at least 4 bytes")
    if not content.startswith(b"\0\0"[: len(content)]) or (len(content) > 2 and content[2] not in _DTYPES):
        raise ValueError(_describe_foreign(content, name))
    rank = content[3] if len(content) > 3 else 0
    header = 4 + 4 * rank
    if len(content) < header:
        raise ValueError(f"{name}: truncated, {len(content)} bytes came, expected an IDX header of {header}")
    shape = struct.unpack(f">{rank}I", content[4:header])
    dtype = _DTYPES[content[2]]
    promised = header + math.prod(shape) * dtype.itemsize
    if len(content) != promised:
        fault = "truncated" if len(content) < promised else f"{len(content) - promised} trailing bytes"
        raise ValueError(
            f"{name}: {fault}, {len(content)} bytes came, the header {shape} of {dtype} promised {promised}"
        )
    try:
        elements = np.ndarray(shape, dtype, content, header)
    except ValueError as error:  # a file without elements may still claim 255 axes, or sizes beyond 2**63
        raise ValueError(f"{name}: no tensor can have the header's sizes ({error})") from error
    return torch.from_numpy(elements.astype(dtype.newbyteorder("=")))  # astype copies: `content` is read-only


def decompressed(content: bytes, name: str) -> bytes:
    """Return what gzip packed, and what is not gzip as it is; `name` is what errors call it."""
    if not content.startswith(_GZIP):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error, struct.error) as error:
        raise ValueError(
            f"{name}: corrupt or truncated gzip of {len(content)} bytes ({error}); fetch the file again"
        ) from error


def _describe_foreign(content: bytes, name: str) -> str:
    looks = next((f"; it looks like {what}" for magic, what in _FOREIGN.items() if content.startswith(magic)), "")
    codes = ", ".join(f"{code:02x}" for code in _DTYPES)
    return (
        f"{name}: not an IDX file, its first bytes are {content[:4].hex(' ')}, "
        f"expected 00 00, a type code ({codes}) and the rank{looks}"
    )
