"""Fashion-MNIST: it does not ship with striate; it is found where the user has it, or fetched when asked for."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from .idx import decompressed, parse_idx
from .images import ImageData, Images

NAME = "fashion-mnist"
CLASSES = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)
URL = "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/"
DEBIAN = Path("/usr/share/datasets/fashion-mnist")  # of the package dataset-fashion-mnist

# Of the files without gzip: packers differ in the name and the time that they write into its header.
SHA256 = {
    "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}
TIMEOUT = 60  # seconds without a byte


def data_folder() -> Path:
    """Return the folder of data that do not ship: that of the environment's STRIATE_DATA, else ~/.cache/striate."""
    return Path(os.environ.get("STRIATE_DATA") or Path.home() / ".cache" / "striate")


def load_fashion_mnist() -> ImageData:
    """The 60,000 training and 10,000 test pictures of clothes, 28 x 28, light on black, from the files the user has.

    They are looked for in `fashion-mnist` of `data_folder()`, then where Debian's package puts them.

    Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning
    algorithms", 2017.

    Raises:
        FileNotFoundError: They are in neither place, or one of the four is missing.
        ValueError: A file is not the one published.
    """
    places = (data_folder() / NAME, DEBIAN)
    folder = next((place for place in places if place.is_dir()), None)
    if folder is None:
        raise FileNotFoundError(
            f"{NAME} is neither in {places[0]} nor in {places[1]}: `striate fetch {NAME}` downloads its 31 MB, "
            "`apt-get install dataset-fashion-mnist` installs them, and STRIATE_DATA names another folder to look in"
        )
    train_images, train_labels, test_images, test_labels = (
        parse_idx(_verified(_read(folder, name), name, str(folder)), name) for name in SHA256
    )
    return ImageData(
        name=NAME,
        train=Images(train_images.unsqueeze(1), train_labels.long()),
        test=Images(test_images.unsqueeze(1), test_labels.long()),
        classes=CLASSES,
    )


def with_its_names(data: ImageData) -> ImageData:
    """Return data with Fashion-MNIST's name and classes where the training labels are its own; else as they are."""
    labels = data.train.labels
    header = bytes([0, 0, 8, 1]) + len(labels).to_bytes(4, "big")
    digest = hashlib.sha256(header + labels.byte().numpy().tobytes()).hexdigest()
    own = digest == SHA256["train-labels-idx1-ubyte"] and len(data.classes) == len(CLASSES)
    return replace(data, name=NAME, classes=CLASSES) if own else data


def fetch_fashion_mnist(folder: str | os.PathLike[str] | None = None, *, url: str = URL) -> Path:
    """Download the four files, check them, and keep them: all of them, or none where anything goes wrong.

    Args:
        folder: Where to; it must not exist yet. `fashion-mnist` of `data_folder()`, which `load` finds, unless given.
        url: What the files' names are added to.

    Returns:
        The folder.

    Raises:
        FileExistsError: There is such a folder.
        OSError: The files cannot be read from there.
        ValueError: One is not the file published.
    """
    target = data_folder() / NAME if folder is None else Path(folder)
    if target.exists():
        raise FileExistsError(f"folder: {target} exists already: move it away, or give another")
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as parts:
        whole = Path(parts) / "whole"
        whole.mkdir()
        for name in SHA256:
            (whole / f"{name}.gz").write_bytes(_download(f"{url}{name}.gz", name))
        whole.rename(target)
    return target


def _download(address: str, name: str) -> bytes:
    try:
        with urlopen(address, timeout=TIMEOUT) as response:
            content: bytes = response.read()
    except OSError as error:
        raise OSError(
            f"{NAME}: {address} cannot be read ({error}): try again, give another url, or fetch the files yourself"
        ) from error
    _verified(content, name, address)
    return content


def _read(folder: Path, name: str) -> bytes:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path.read_bytes()
    raise FileNotFoundError(f"{NAME}: {folder} holds neither {name} nor {name}.gz")


def _verified(content: bytes, name: str, place: str) -> bytes:
    """Return a file's content without gzip; a ValueError where it is not the published one."""
    plain = decompressed(content, name)
    found = hashlib.sha256(plain).hexdigest()
    if found != SHA256[name]:
        raise ValueError(f"{NAME}: {name} of {place} has SHA-256 {found} unpacked, expected {SHA256[name]}")
    return plain
