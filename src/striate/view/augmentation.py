"""What augmentation makes of training images."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from striate.data import ImageData, augmented, stream
from striate.view.panels import draw_image, new_panels
from striate.view.picture import Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def augmentations(
    data: ImageData, kind: str = "distort", *, count: int = 6, times: int = 11, seed: int = 0
) -> Picture[Tensor]:
    """Draw training images, each beside what augmentation makes of it.

    Args:
        data: whose first training images are drawn.
        kind: of augmentation, one of `striate.data.AUGMENTATIONS`.
        count: of images, one a row.
        times: that each is varied.
        seed: of the variations.

    Returns:
        The picture of (count, 1 + times, C, H, W), the image itself first; the count is less where there are fewer.

    Raises:
        ValueError: an unknown kind, or nothing to draw.

    >>> from striate.data import Images
    >>> images = Images(torch.arange(128, dtype=torch.uint8).reshape(2, 1, 8, 8), torch.tensor([0, 1]))
    >>> data = ImageData("tiny", train=images, test=images, classes=("dark", "bright"))
    >>> augmentations(data, times=3).array.shape
    torch.Size([2, 4, 1, 8, 8])
    """
    for name, value in (("count", count), ("times", times)):
        if value < 1:
            raise ValueError(f"{name} is {value}, but at least 1 image is to be shown")
    images = data.train.images[:count].float() / 255
    repeated = images.repeat_interleave(times, 0)
    varied = augmented(repeated, kind, generator=stream(seed), fill=0.0 if data.dark_background else 1.0)
    found = torch.cat((images[:, None], varied.unflatten(0, (len(images), times))), 1)
    return Picture(found, lambda: _draw(found, kind))


def _draw(found: Tensor, kind: str) -> "Figure":
    rows, columns = found.shape[:2]
    figure, grid = new_panels(rows, columns, f"training images, and each as augmentation ({kind}) varies it")
    for row, images in zip(grid, found, strict=True):
        for axes, image in zip(row, images, strict=True):
            draw_image(axes, image, limits=(0, 1))
    return figure
