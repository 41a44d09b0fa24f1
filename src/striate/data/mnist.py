"""The MNIST database of handwritten digits, which ships in the package (its licence: NOTICE)."""

import hashlib
from pathlib import Path

from torch import Tensor

from .idx import parse_idx
from .images import ImageData, Images

DIRECTORY = Path(__file__).with_name("mnist")
SHA256 = {
    "train-images-idx3-ubyte.gz": "0b367032e93c5d0cea0925647cfdb18614af8ee15f83e6f2fc2ad904a6835971",
    "train-labels-idx1-ubyte.gz": "1787548bbe0bff1ec2ecdc0ef292b02df999e2d1a6002d27500982c652b17203",
    "t10k-images-idx3-ubyte.gz": "1a1a05eab793c14bb050b398624a11b0ffd1a2953baed553b1b9bd079e2a20be",
    "t10k-labels-idx1-ubyte.gz": "b91679a0acfe4ba0e50a2437a903084cba1f5f92592b016a25a7dfd00455798b",
}


def load_mnist() -> ImageData:
    """The 60,000 training and 10,000 test digits, 28 x 28, white on black.

    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 86(11),
    1998, section III.A.

    Raises:
        FileNotFoundError: A shipped file is missing.
        ValueError: A shipped file has another SHA-256 than the one released.
    """
    train_images, train_labels, test_images, test_labels = (_read(name, digest) for name, digest in SHA256.items())
    return ImageData(
        name="mnist",
        train=Images(train_images.unsqueeze(1), train_labels.long()),
        test=Images(test_images.unsqueeze(1), test_labels.long()),
        classes=tuple("0123456789"),
    )


def _read(name: str, expected: str) -> Tensor:
    path = DIRECTORY / name
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"mnist: {str(path)!r} is missing from the package: install striate again") from None
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise ValueError(f"mnist: {str(path)!r} has SHA-256 {found}, expected {expected}: install striate again")
    return parse_idx(content, str(path))
