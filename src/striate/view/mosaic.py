"""Many small pictures as one."""

import math

from torch import Tensor


def mosaic(pictures: Tensor, *, between: float = 0.0, wide: float = 1.0) -> Tensor:
    """Lay pictures side by side in rows, with a line of one pixel between them.

    Args:
        pictures: (K, H, W).
        between: the line's value; what no picture fills has it too.
        wide: how many times as wide as high the whole is, in pictures.

    Returns:
        (rows * (H + 1) - 1, columns * (W + 1) - 1).

    >>> import torch
    >>> mosaic(torch.ones(3, 1, 2), between=0.5)
    tensor([[1.0000, 1.0000, 0.5000, 1.0000, 1.0000],
            [0.5000, 0.5000, 0.5000, 0.5000, 0.5000],
            [1.0000, 1.0000, 0.5000, 0.5000, 0.5000]])
    """
    count, height, width = pictures.shape
    columns = math.ceil(math.sqrt(count * wide))
    rows = math.ceil(count / columns)
    cells = pictures.new_full((rows * columns, height + 1, width + 1), between)
    cells[:count, :height, :width] = pictures
    cells = cells.reshape(rows, columns, height + 1, width + 1)
    return cells.transpose(1, 2).flatten(2).flatten(0, 1)[:-1, :-1]
