"""Hinge losses: the margins of support vector machines."""

from torch import Tensor
from torch.nn import functional as F

from striate.arithmetic.arguments import choice
from striate.losses.checks import check_labels, one_hot


def hinge(scores: Tensor, labels: Tensor, norm: str = "L1") -> Tensor:
    r"""Return the hinge loss of each class against all others, a sum over the classes and a mean over the rest.

    $$\frac{1}{N} \sum_n \sum_k \max(0, 1 - t_{n, k} s_{n, k})^p, \quad t_{n, k} = 1 \text{ if } k = y_n
    \text{ else } -1$$

    Args:
        scores: (N, classes, *S).
        labels: (N, *S), int64.
        norm: "L1" for p = 1, "L2" for p = 2, the squared hinge.

    Raises:
        ValueError, TypeError: labels that do not fit the scores, an unknown norm.

    Source: Cortes, Vapnik, "Support-vector networks", 1995; Tang, "Deep learning using linear support vector machines",
    2013, equations 5 and 6.

    >>> import torch
    >>> hinge(torch.tensor([[0.5, -3.0, 1.0]]), torch.tensor([0])), hinge(torch.zeros(1, 3), torch.tensor([0]), "L2")
    (tensor(2.5000), tensor(3.))
    """
    choice(norm, ("L1", "L2"), "norm")
    margins = (1 - (2 * one_hot(scores, labels) - 1) * scores).relu()
    margins = margins if norm == "L1" else margins.square()
    return margins.sum(1).mean()


def multiclass_hinge(scores: Tensor, labels: Tensor, norm: str = "L1", margin: float = 1.0) -> Tensor:
    r"""Return the hinge loss of the right class against each other class, a mean over the classes and the batch.

    $$\frac{1}{N K} \sum_n \sum_{k \ne y_n} \max(0, margin - s_{n, y_n} + s_{n, k})^p$$

    Args:
        scores: (N, classes).
        labels: (N,), int64.
        norm: "L1" for p = 1, "L2" for p = 2.
        margin: by which the right class is to lead.

    Raises:
        ValueError, TypeError: labels that do not fit the scores, an unknown norm.

    Source: Weston, Watkins, "Support vector machines for multi-class pattern recognition", 1999.

    >>> import torch
    >>> multiclass_hinge(torch.tensor([[0.5, -3.0, 1.0]]), torch.tensor([0]))  # 1.5 / 3
    tensor(0.5000)
    """
    check_labels(scores, labels)
    return F.multi_margin_loss(scores, labels, p=1 if choice(norm, ("L1", "L2"), "norm") == "L1" else 2, margin=margin)
