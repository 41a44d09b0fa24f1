"""Cross-entropies: of one class among several, and of properties that may hold together."""

from torch import Tensor
from torch.nn import functional as F

from striate.losses.checks import check_labels, check_same_shape


def softmax_cross_entropy(scores: Tensor, labels: Tensor, label_smoothing: float = 0.0) -> Tensor:
    r"""Return the mean of -log softmax(scores) at the labels: for classes of which one is right.

    $$-\frac{1}{N} \sum_n \log \frac{e^{s_{n, y_n}}}{\sum_k e^{s_{n, k}}}$$

    Args:
        scores: (N, classes, *S), before the softmax.
        labels: (N, *S), int64.
        label_smoothing: share of a label that is spread evenly over all classes, in [0, 1].

    Raises:
        ValueError, TypeError: labels that do not fit the scores.

    Source: Bridle, "Probabilistic interpretation of feedforward classification network outputs", 1990; smoothing in
    Szegedy et al., "Rethinking the Inception architecture for computer vision", 2016, section 7.

    >>> import torch
    >>> softmax_cross_entropy(torch.zeros(2, 4), torch.tensor([0, 3]))  # log 4
    tensor(1.3863)
    """
    check_labels(scores, labels)
    return F.cross_entropy(scores, labels, label_smoothing=label_smoothing)


def sigmoid_cross_entropy(scores: Tensor, targets: Tensor) -> Tensor:
    r"""Return the mean of -[t log sigmoid(s) + (1 - t) log(1 - sigmoid(s))]: for properties that may hold together.

    Args:
        scores: before the sigmoid, of any shape.
        targets: of the same shape and dtype, in [0, 1].

    Raises:
        ValueError: targets of another shape.

    >>> import torch
    >>> sigmoid_cross_entropy(torch.zeros(2, 3), torch.ones(2, 3))  # log 2
    tensor(0.6931)
    """
    check_same_shape("targets", targets, "scores", scores)
    return F.binary_cross_entropy_with_logits(scores, targets)
