"""LeNet-5 in torch.nn's layers, after LeCun and others, 1998, as most tutorials have it."""

from torch import nn


def lenet5(classes: int = 10) -> nn.Module:
    """Build it for grey images of 32 x 32 pixels.

    >>> sum(parameter.numel() for parameter in lenet5().parameters())
    61706
    """
    return nn.Sequential(
        nn.Conv2d(1, 6, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(16, 120, 5),
        nn.Tanh(),
        nn.Flatten(),
        nn.Linear(120, 84),
        nn.Tanh(),
        nn.Linear(84, classes),
    )
