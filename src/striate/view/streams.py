"""Data as a picture asks for them: batch after batch of images, whatever holds them."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from torch import Tensor, nn

from striate.data import ImageData, Images
from striate.view.layers import as_input

BATCH = 100

# An iterable's batches are images (N, C, *S), or tuples that begin with them, as a torch DataLoader gives them.
Data: TypeAlias = ImageData | Images | Tensor | Iterable[Tensor | tuple[Tensor, ...] | list[Tensor]]


def batches_of(model: nn.Module, data: Data) -> Iterator[Tensor]:
    """Yield images (N, C, *S) as a model takes them, on its device.

    Args:
        model: that is to take them.
        data: the test images of a data set; images; a tensor (N, C, *S); or an iterable of batches, such as a torch
            DataLoader. uint8 or float in [0, 1].

    Raises:
        TypeError: a batch that is neither a tensor nor a tuple that begins with one.
        ValueError: data that hold no image.

    >>> import torch
    >>> [len(batch) for batch in batches_of(nn.Conv2d(1, 1, 3), torch.rand(250, 1, 4, 4))]
    [100, 100, 50]
    """
    if isinstance(data, ImageData):
        data = data.test
    if isinstance(data, Images):
        data = data.images
    seen = 0
    for batch in data.split(BATCH) if isinstance(data, Tensor) else data:
        images = batch[0] if isinstance(batch, tuple | list) and batch else batch
        if not isinstance(images, Tensor):
            raise TypeError(
                f"data gave a {type(images).__name__}; expected batches of images (N, C, ...), or tuples that begin "
                "with them"
            )
        seen += len(images)
        if len(images):
            yield as_input(model, images)
    if not seen:
        raise ValueError("data hold no image")
