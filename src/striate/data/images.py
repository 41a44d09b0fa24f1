"""What every reader returns: labelled images held in memory."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Images:
    """A labelled set of images held in memory.

    Args:
        images: uint8 (N, C, H, W).
        labels: int64 (N,).

    Raises:
        TypeError: A tensor is of another dtype.
        ValueError: A tensor is of another rank, or there is not one label an image.

    Example:
        >>> import torch
        >>> len(Images(torch.zeros(3, 1, 28, 28, dtype=torch.uint8), torch.tensor([5, 0, 4])))
        3
    """

    images: Tensor
    labels: Tensor

    def __post_init__(self) -> None:
        for name, tensor, dtype, rank, shape in (
            ("images", self.images, torch.uint8, 4, "(N, C, H, W)"),
            ("labels", self.labels, torch.int64, 1, "(N,)"),
        ):
            if tensor.dtype != dtype:
                raise TypeError(f"{name}: came as {tensor.dtype}, expected {dtype}: convert with .to({dtype})")
            if tensor.ndim != rank:
                raise ValueError(f"{name}: came as {tuple(tensor.shape)}, expected {shape}")
        if len(self.images) != len(self.labels):
            raise ValueError(f"labels: {len(self.labels)} labels for {len(self.images)} images, expected one an image")

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True, eq=False)
class ImageData:
    """A training set and a test set of the same classes, channels and image size.

    Args:
        name: What the data are called: "mnist", or the folder's name.
        train: The images to learn from; at least one.
        test: The images to judge by; at least one.
        classes: The classes' names; a label is an index into them.

    Raises:
        ValueError: The sets differ in channels or size, a set is empty, or a label names no class.
    """

    name: str
    train: Images
    test: Images
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        for name, part in (("train", self.train), ("test", self.test)):
            if part.images.numel() == 0:
                shape = tuple(part.images.shape)
                raise ValueError(f"{name}: {self.name!r} has images of {shape}, expected at least one image and pixel")
        train, test = tuple(self.train.images.shape[1:]), tuple(self.test.images.shape[1:])
        if train != test:
            raise ValueError(f"test: images of (C, H, W) = {test}, expected the training images' {train}")
        for name, part in (("train", self.train), ("test", self.test)):
            outside = part.labels[(part.labels < 0) | (part.labels >= len(self.classes))]
            if len(outside):
                raise ValueError(f"{name}: label {outside[0]} names none of the {len(self.classes)} classes")

    @property
    def channels(self) -> int:
        """Channels an image: 1 is grey, 3 is RGB."""
        return self.train.images.shape[1]

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        height, width = self.train.images.shape[2:]
        return height, width

    @property
    def dark_background(self) -> bool:
        """Whether the median of the training images' border pixels is below 128."""
        border = border_pixels(self.train.images)
        return 2 * int((border < 128).sum()) > border.numel()


def border_pixels(images: Tensor) -> Tensor:
    """The outermost rows and columns, (..., C, H, W) to (..., C, 2 * (H + W)); the corners count twice."""
    return torch.cat((images[..., 0, :], images[..., -1, :], images[..., 0], images[..., -1]), dim=-1)
