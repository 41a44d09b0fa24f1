"""The Euclidean loss, for regression."""

from torch import Tensor

from striate.losses.checks import check_same_shape


def euclidean(predictions: Tensor, targets: Tensor) -> Tensor:
    r"""Return half the squared Euclidean distance of each sample, a mean over the batch.

    $$\frac{1}{2N} \sum_n \lVert p_n - t_n \rVert_2^2$$

    `torch.nn.functional.mse_loss` is the same sum, divided by the number of elements and not halved.

    Args:
        predictions: (N, *S).
        targets: (N, *S).

    Raises:
        ValueError: targets of another shape.

    Source: Jia et al., "Caffe: Convolutional architecture for fast feature embedding", 2014, its EuclideanLoss.

    >>> import torch
    >>> euclidean(torch.zeros(2, 3), torch.tensor([[1.0, 2.0, 2.0], [0.0, 0.0, 1.0]]))  # (9 + 1) / 4
    tensor(2.5000)
    """
    check_same_shape("targets", targets, "predictions", predictions)
    return (predictions - targets).square().sum() / (2 * len(predictions))
