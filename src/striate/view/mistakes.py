"""Which images a model gets most wrong."""

import torch
from torch import Tensor


def worst_mistakes(scores: Tensor, labels: Tensor) -> Tensor:
    """Return the positions of the misclassified images, those first whose true class has the least probability.

    Args:
        scores: (N, classes), whose softmax is the probability.
        labels: int64 (N,).

    >>> scores = torch.tensor([[2.0, 0.0], [9.0, 0.0], [0.0, 1.0]])
    >>> worst_mistakes(scores, torch.tensor([1, 1, 1])).tolist()
    [1, 0]
    """
    wrong = (scores.argmax(1) != labels).nonzero()[:, 0]
    # the logarithm tells apart what rounds to a probability of 0
    true = scores.log_softmax(1)[wrong, labels[wrong]]
    return wrong[torch.argsort(true, stable=True)]
