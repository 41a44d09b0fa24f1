"""The lesson of segmentation: the class of each pixel."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from striate.data import ImageData, draw_scenes, load_label_folder
from striate.data.resize import as_size
from striate.engine.evaluating import evaluating
from striate.train.lessons.labelled import LabelledLesson
from striate.train.metrics import device_of

EXHIBITED = 6  # images

# A colour a class (background first), of Tol's "muted" palette, which the colour-blind can tell apart; more repeat.
PALETTE = torch.tensor(
    [
        *((0, 0, 0), (204, 102, 119), (51, 34, 136), (221, 204, 119), (17, 119, 51), (136, 204, 238)),
        *((136, 34, 85), (68, 170, 153), (153, 153, 51), (170, 68, 153), (221, 221, 221)),
    ],
    dtype=torch.uint8,
)


def painted(labels: Tensor) -> Tensor:
    """Paint labels: int64 (N, H, W) to colours in [0, 1], (N, 3, H, W).

    >>> painted(torch.tensor([[[0, 4]]]))[0, :, 0, 1] * 255
    tensor([ 17., 119.,  51.])
    """
    colours = 1 + (labels - 1) % (len(PALETTE) - 1)
    return PALETTE[torch.where(labels == 0, 0, colours)].movedim(-1, 1) / 255


class SegmentationLesson(LabelledLesson):
    """Images whose pixels are to be labelled, judged by mean intersection over union.

    Args:
        data: images (N, C, H, W) and labels (N, H, W).

    >>> lesson = SegmentationLesson(draw_scenes(2, 2))
    >>> lesson.figure, lesson.keywords["classes"]
    ('iou', 11)
    """

    def exhibit(self, model: nn.Module) -> dict[str, Tensor]:
        """Return some test images, the classes of their pixels, and those that the model finds, each in colours."""
        images, labels = self.data.test.batch(slice(0, EXHIBITED))
        with evaluating(model), torch.inference_mode():
            found = model(images.to(device_of(model))).argmax(1).cpu().clone()
        return {"images": images, "classes of their pixels": painted(labels), "found": painted(found)}


def open_segmentation(
    source: str | PathLike[str] | ImageData | None, asked: Mapping[str, Any], _: Mapping[str, object]
) -> SegmentationLesson:
    """Return the lesson of `striate.data.draw_scenes`, or of a folder that `striate.data.load_label_folder` reads.

    Raises:
        FileNotFoundError: no such folder, or nothing to learn from in it.
        ValueError: images with one label each, or scenes that are not square.
    """
    if isinstance(source, ImageData):
        raise ValueError(f"data {source.name!r} have a label an image, and segmentation learns one a pixel")
    size = None if asked.get("image_size") is None else as_size(asked["image_size"])
    if source is None:
        if size is not None and size[0] != size[1]:
            raise ValueError(f"image_size of scenes is square, but got {size}")
        return SegmentationLesson(draw_scenes() if size is None else draw_scenes(size=size[0]))
    path = Path(source)
    if not path.is_dir():
        raise FileNotFoundError(
            f"no folder {str(path)!r}, expected one that holds images/ and labels/, or no data for scenes of digits"
        )
    return SegmentationLesson(load_label_folder(path, image_size=size, channels=asked.get("in_channels")))
