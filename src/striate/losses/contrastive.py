"""The contrastive loss, for features in which what belongs together is near."""

import torch
from torch import Tensor

from striate.losses.checks import check_same_shape


def contrastive(first: Tensor, second: Tensor, same: Tensor, margin: float = 1.0) -> Tensor:
    r"""Return the contrastive loss of pairs: those that belong together attract, others repel within a margin.

    $$\frac{1}{N} \sum_n \tfrac12 y_n d_n^2 + \tfrac12 (1 - y_n) \max(0, m - d_n)^2, \quad
    d_n = \lVert a_n - b_n \rVert_2$$

    with y = 1 for pairs that belong together; the paper's Y is 1 - y.

    Args:
        first: (N, features).
        second: (N, features).
        same: (N,), true where the two belong together.
        margin: the distance from which pairs that do not belong together are left alone, above 0.

    Raises:
        ValueError: shapes that do not fit, a margin that is not above 0.

    Source: Hadsell, Chopra, LeCun, "Dimensionality reduction by learning an invariant mapping", 2006, equation 4.

    >>> import torch
    >>> first, second = torch.zeros(2, 2), torch.tensor([[0.3, 0.4], [0.3, 0.4]])
    >>> contrastive(first, second, torch.tensor([True, False]))  # (0.25 / 2 + 0.25 / 2) / 2
    tensor(0.1250)
    """
    check_same_shape("second", second, "first", first)
    if first.ndim != 2 or tuple(same.shape) != (len(first),):
        raise ValueError(
            f"first must have shape (N, features) and same (N,), but got {tuple(first.shape)} and {tuple(same.shape)}"
        )
    if not margin > 0:
        raise ValueError(f"margin must be above 0, but got {margin!r}")
    square = (first - second).square().sum(1)
    # The root has no slope at 0, where the two are equal; there the pair is pushed nowhere.
    distance = torch.where(square > 0, square, 1.0).sqrt() * (square > 0)
    return torch.where(same.bool(), square, (margin - distance).relu().square()).mean() / 2
