"""What scores and targets have to be."""

import torch
from torch import Tensor


def check_labels(scores: Tensor, labels: Tensor) -> None:
    """Refuse labels that are not class numbers for the places of (N, classes, *S) scores."""
    if scores.ndim < 2:
        raise ValueError(f"scores must have at least 2 dimensions (N, classes, *S), but got {tuple(scores.shape)}")
    expected = (scores.shape[0], *scores.shape[2:])
    if tuple(labels.shape) != expected:
        mend = "; take the argmax of one-hot labels over the classes" if labels.shape == scores.shape else ""
        raise ValueError(
            f"labels must have shape {expected} for scores of shape {tuple(scores.shape)}, but got "
            f"{tuple(labels.shape)}{mend}"
        )
    if labels.dtype != torch.int64:
        raise TypeError(f"labels must be int64, the numbers of the classes, but got {labels.dtype}")


def check_same_shape(name: str, tensor: Tensor, other_name: str, other: Tensor) -> None:
    """Refuse two tensors of different shapes, which torch would broadcast."""
    if tensor.shape != other.shape:
        raise ValueError(
            f"{name} must have the shape of {other_name}, {tuple(other.shape)}, but got {tuple(tensor.shape)}"
        )


def one_hot(scores: Tensor, labels: Tensor) -> Tensor:
    """Return labels as the shape and dtype of (N, classes, *S) scores: 1 at the class, 0 elsewhere.

    >>> one_hot(torch.zeros(1, 3), torch.tensor([2]))
    tensor([[0., 0., 1.]])
    """
    check_labels(scores, labels)
    return torch.zeros_like(scores).scatter_(1, labels.unsqueeze(1), 1.0)
