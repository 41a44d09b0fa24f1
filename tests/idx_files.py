"""IDX files for tests, and a small set of four that stands in for Fashion-MNIST."""

import gzip
import struct

import torch

CODES = {torch.uint8: 8, torch.int32: 12, torch.float32: 13}


def idx(tensor):
    """Return the content of an IDX file."""
    header = bytes([0, 0, CODES[tensor.dtype], tensor.ndim]) + struct.pack(f">{tensor.ndim}I", *tensor.shape)
    return header + tensor.numpy().astype(tensor.numpy().dtype.newbyteorder(">")).tobytes()


def pixels(*shape, seed=0):
    """Draw an image of bytes."""
    return torch.randint(0, 256, shape, generator=torch.Generator().manual_seed(seed)).to(torch.uint8)


CLOTHES = {
    "train-images-idx3-ubyte": idx(pixels(20, 6, 4)),
    "train-labels-idx1-ubyte": idx(torch.arange(20, dtype=torch.uint8) % 10),
    "t10k-images-idx3-ubyte": idx(pixels(3, 6, 4, seed=1)),
    "t10k-labels-idx1-ubyte": idx(torch.tensor([9, 2, 1], dtype=torch.uint8)),
}


def put_clothes(folder, changes=None, packed=True):
    """Write the set into a new folder; a change of None leaves a file out."""
    folder.mkdir(parents=True)
    for name, content in {**CLOTHES, **(changes or {})}.items():
        if content is not None:
            path = folder / (f"{name}.gz" if packed else name)
            path.write_bytes(gzip.compress(content) if packed else content)
    return folder
