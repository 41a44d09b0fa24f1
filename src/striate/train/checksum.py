"""The checksum by which a run knows its data again."""

import zlib

from torch import Tensor


def checksum_of(*tensors: Tensor) -> str:
    """Return the CRC-32 of the values of tensors on the CPU, one after another, in hexadecimal.

    >>> import torch
    >>> checksum_of(torch.tensor([1, 2, 3], dtype=torch.uint8)) == f"{zlib.crc32(bytes([1, 2, 3])):08x}"
    True
    """
    checksum = 0
    for tensor in tensors:
        checksum = zlib.crc32(tensor.contiguous().numpy().data, checksum)
    return f"{checksum:08x}"
