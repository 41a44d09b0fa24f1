"""Losses of segmentation that measure how regions overlap, and so are not ruled by the largest of them."""

from torch import Tensor

from striate.losses.checks import one_hot


def dice(scores: Tensor, labels: Tensor, smooth: float = 1.0) -> Tensor:
    r"""Return one minus the Dice coefficient of each class, a mean over classes and samples.

    $$1 - \frac{2 \sum_i p_i g_i + \epsilon}{\sum_i p_i^2 + \sum_i g_i^2 + \epsilon}$$

    with p the softmax of the scores and g the labels as 0 and 1.

    Args:
        scores: (N, classes, *S), before the softmax.
        labels: (N, *S), int64.
        smooth: epsilon, which makes a class that is neither there nor seen cost nothing.

    Raises:
        ValueError, TypeError: labels that do not fit the scores, a smooth below 0.

    Source: Milletari, Navab, Ahmadi, "V-Net: Fully convolutional neural networks for volumetric medical image
    segmentation", 2016, section 3.

    >>> import torch
    >>> dice(torch.tensor([[[50.0, 50.0], [0.0, 0.0]]]), torch.tensor([[0, 0]]))  # all right
    tensor(0.)
    """
    chance, truth, space = _regions(scores, labels, smooth)
    shared = 2 * (chance * truth).sum(space) + smooth
    return 1 - (shared / (chance.square().sum(space) + truth.square().sum(space) + smooth)).mean()


def intersection_over_union(scores: Tensor, labels: Tensor, smooth: float = 1.0) -> Tensor:
    r"""Return one minus the intersection over union (Jaccard index) of each class, a mean over classes and samples.

    $$1 - \frac{\sum_i p_i g_i + \epsilon}{\sum_i (p_i + g_i - p_i g_i) + \epsilon}$$

    with p the softmax of the scores and g the labels as 0 and 1.

    Args:
        scores: (N, classes, *S), before the softmax.
        labels: (N, *S), int64.
        smooth: epsilon, which makes a class that is neither there nor seen cost nothing.

    Raises:
        ValueError, TypeError: labels that do not fit the scores, a smooth below 0.

    Source: Rahman, Wang, "Optimizing intersection-over-union in deep neural networks for image segmentation", 2016,
    equations 3 to 5.

    >>> import torch
    >>> intersection_over_union(torch.zeros(1, 2, 4), torch.tensor([[0, 0, 1, 1]]), smooth=0.0)  # 1 / 3 of each
    tensor(0.6667)
    """
    chance, truth, space = _regions(scores, labels, smooth)
    shared = (chance * truth).sum(space)
    union = (chance + truth).sum(space) - shared
    return 1 - ((shared + smooth) / (union + smooth)).mean()


def _regions(scores: Tensor, labels: Tensor, smooth: float) -> tuple[Tensor, Tensor, tuple[int, ...]]:
    """Return the probabilities, the truth in the same shape, and the axes of space."""
    truth = one_hot(scores, labels)
    if scores.ndim < 3:
        raise ValueError(f"scores must have at least 3 dimensions (N, classes, *S), but got {tuple(scores.shape)}")
    if not smooth >= 0:
        raise ValueError(f"smooth must be at least 0, but got {smooth!r}")
    return scores.softmax(1), truth, tuple(range(2, scores.ndim))
