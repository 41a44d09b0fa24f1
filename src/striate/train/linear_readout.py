"""What a linear classifier can read off features: logistic regression, the same for any features."""

import torch
from torch import Tensor
from torch.nn import functional as F

from striate.data import permutation
from striate.train.schedule import one_cycle

BATCH = 200
LR = 0.01  # at 100 features; falls with the root of their number, as their sum's spread grows
WEIGHT_DECAY = 1e-4
FAINT = 0.01  # of the mean deviation, added to each: a feature that hardly ever varies is not blown up


def linear_readout(
    train: Tensor, labels: Tensor, test: Tensor, *, classes: int, epochs: int = 10, seed: int = 0
) -> Tensor:
    """Learn the labels by multinomial logistic regression, and return those of the test features.

    Features are brought to mean 0 and deviation 1 as in the training set, then AdamW minimises the cross-entropy under
    the one-cycle schedule, in batches of 200.

    Args:
        train: (N, features), floating point.
        labels: int64 (N,).
        test: (M, features).
        classes: how many there are.
        epochs: passes over the training features.
        seed: of their order.

    Returns:
        int64 (M,).

    Raises:
        ValueError: features that are not two-dimensional or differ in number, or not one label a row.

    >>> x = torch.tensor([[0.0, 1.0], [1.0, 0.0]]).repeat(100, 1)
    >>> linear_readout(x, torch.tensor([1, 0]).repeat(100), x[:3], classes=2).tolist()
    [1, 0, 1]
    """
    if train.ndim != 2 or test.ndim != 2 or train.shape[1] != test.shape[1]:
        raise ValueError(f"train and test are (N, features), but got {tuple(train.shape)} and {tuple(test.shape)}")
    if len(labels) != len(train):
        raise ValueError(f"labels must be one a row of train, {len(train)}, but got {len(labels)}")
    deviation, mean = torch.std_mean(train, 0, correction=0)
    scale = 1 / (deviation + FAINT * deviation.mean().clamp_min(torch.finfo(train.dtype).tiny))
    weight, bias = train.new_zeros(classes, train.shape[1]), train.new_zeros(classes)
    peak = LR * (100 / train.shape[1]) ** 0.5
    optimizer = torch.optim.AdamW([weight.requires_grad_(), bias.requires_grad_()], weight_decay=WEIGHT_DECAY)
    steps, done = epochs * -(-len(train) // BATCH), 0
    for epoch in range(epochs):
        for index in permutation(len(train), seed=seed, epoch=epoch).split(BATCH):
            optimizer.param_groups[0]["lr"] = one_cycle(done, steps, peak)
            optimizer.zero_grad()
            scores = F.linear((train[index] - mean) * scale, weight, bias)
            F.cross_entropy(scores, labels[index]).backward()
            optimizer.step()
            done += 1
    with torch.no_grad():
        return F.linear((test - mean) * scale, weight, bias).argmax(1)
