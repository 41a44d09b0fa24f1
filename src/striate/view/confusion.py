"""Which classes are taken for which."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor

from striate.view.figure import INK, new_figure
from striate.view.picture import Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COUNTED = 25  # up to so many classes a count fits into its cell


def confusion_matrix(matrix: Tensor, classes: Sequence[str]) -> Picture[Tensor]:
    """Draw a confusion matrix: what is right in grey on the diagonal, what is wrong the redder the more often.

    Args:
        matrix: Integers (classes, classes), rows the true class, columns the predicted one.
        classes: Their names.

    Returns:
        The picture of a copy of the matrix.

    Raises:
        ValueError: a matrix that does not fit the classes.

    >>> import torch
    >>> picture = confusion_matrix(torch.tensor([[9, 1], [0, 10]]), ("cat", "dog"))
    >>> picture.figure.axes[0].get_title(loc="left")
    '1 error in 20 images (5.00 %)'
    """
    count = len(classes)
    if matrix.shape != (count, count):
        raise ValueError(f"matrix has shape {tuple(matrix.shape)}, but there are {count} classes")
    counts = matrix.detach().cpu().clone()
    return Picture(counts, lambda: _draw(counts, classes))


def _draw(matrix: Tensor, classes: Sequence[str]) -> "Figure":
    count = len(classes)
    wrong = matrix.clone()
    wrong.fill_diagonal_(0)
    largest = max(1, int(wrong.max()))
    side = 2.2 + max(2.2, 0.42 * count)
    figure = new_figure(side, side)
    axes = figure.subplots()
    axes.imshow(wrong.numpy(), cmap="Reds", vmin=0, vmax=1.25 * largest)  # 1.25: the darkest red would drown the count
    diagonal = np.ma.masked_array(np.ones((count, count)), mask=~np.eye(count, dtype=bool))
    axes.imshow(diagonal, cmap="Greys", vmin=0, vmax=9)
    if count <= COUNTED:
        for row, column in matrix.nonzero().tolist():
            dark = row != column and int(wrong[row, column]) > 0.7 * largest
            axes.text(
                column,
                row,
                str(int(matrix[row, column])),
                ha="center",
                va="center",
                fontsize=7,
                color="white" if dark else INK,
            )
    axes.set_xticks(range(count), classes, rotation=90 if max(map(len, classes)) > 3 else 0)
    axes.set_yticks(range(count), classes)
    axes.tick_params(length=0, colors=INK, labelsize=8)
    axes.set_xlabel("predicted class", color=INK)
    axes.set_ylabel("true class", color=INK)
    axes.spines[:].set_visible(False)
    errors, images = int(wrong.sum()), int(matrix.sum())
    share = 100 * errors / max(1, images)
    axes.set_title(
        f"{errors:,} error{'s' * (errors != 1)} in {images:,} images ({share:.2f} %)", loc="left", fontsize=9, color=INK
    )
    return figure
