"""The door to every kind of data."""

import os
from pathlib import Path

from .fashion_mnist import NAME as FASHION_MNIST
from .fashion_mnist import load_fashion_mnist, with_its_names
from .folder import load_image_folder
from .idx_directory import holds_idx, load_idx_directory
from .images import ImageData, Images
from .mnist import load_mnist
from .resize import as_size, convert_channels, letterbox

NAMED = {"mnist": load_mnist, FASHION_MNIST: load_fashion_mnist}


def load(
    source: str | os.PathLike[str] = "mnist",
    *,
    image_size: int | tuple[int, int] | None = None,
    channels: int | None = None,
    seed: int = 0,
) -> ImageData:
    """Load labelled images: MNIST, Fashion-MNIST, a directory of IDX files, or a folder of images.

    A directory that holds `train-images*`, `train-labels*` and `t10k-` or `test-` files is read as IDX, and its classes
    are its label values, or Fashion-MNIST's names where the labels are its own. In any other, a class is a folder, in
    natural order ("2" before "10"), with images at any depth inside it. Sub-folders train/ and test/ (or val/, valid/,
    validation/) are respected; without them a fifth of each class is held out for the test. Hidden files are ignored.

    Sizes and channels are read off an image folder: one size that all images share is kept up to 256 pixels a side;
    other images are letterboxed to a square of the median shorter side, between 28 and 64 pixels. The channels are 1
    where every pixel of every image is grey, else 3.

    Args:
        source: "mnist" (which ships with striate), "fashion-mnist" (which `fetch_fashion_mnist` or Debian's package
            dataset-fashion-mnist brings), or a directory; for a directory of such a name say "./mnist".
        image_size: Height and width to fit every image to, or one int for both; None reads it off the data.
        channels: 1 (grey) or 3 (RGB); None reads it off the data.
        seed: Which images of a folder are held out.

    Raises:
        FileNotFoundError: No such directory, or images, classes or files are missing in it; or no Fashion-MNIST.
        ValueError: `source` is a file, a file in it is damaged, its parts do not fit together, or an argument is out
            of its range.

    Example:
        >>> data = load("mnist")
        >>> len(data.train), len(data.test), data.channels, data.image_size, data.dark_background
        (60000, 10000, 1, (28, 28), True)
    """
    size = None if image_size is None else as_size(image_size)
    if isinstance(source, str) and source in NAMED:
        return _fit(NAMED[source](), size, channels)
    path = Path(source)
    if path.is_file():
        raise ValueError(f"source: {str(path)!r} is a file, expected a directory of IDX files or of class folders")
    if not path.is_dir():
        raise FileNotFoundError(
            f"source: no directory {str(path)!r}, and no data of that name; known: {', '.join(NAMED)}"
        )
    if holds_idx(path):
        return _fit(with_its_names(load_idx_directory(path)), size, channels)
    return load_image_folder(path, image_size=size, channels=channels, seed=seed)


def _fit(data: ImageData, image_size: tuple[int, int] | None, channels: int | None) -> ImageData:
    def fit(part: Images) -> Images:
        images = part.images if channels is None else convert_channels(part.images, channels)
        if image_size is not None:
            images = letterbox(images, image_size)
        return Images(images, part.labels)

    return ImageData(data.name, fit(data.train), fit(data.test), data.classes)
