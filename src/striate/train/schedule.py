"""The learning rate of each step, and the optimiser that it drives."""

import math

import torch
from torch import nn

from striate.train.settings import Settings

WARM_UP = 0.1
START_DIVISOR = 25.0
END_DIVISOR = 1e4


def one_cycle(step: int, steps: int, peak: float) -> float:
    """Return the learning rate of a step: a linear warm-up over the first tenth, then half a cosine down.

    Args:
        step: From 0 to `steps - 1`, counted over the whole training.
        steps: Of the whole training.
        peak: The highest rate. The first step has `peak / 25`, the last `peak / 10000`.

    Source: Smith and Topin, "Super-convergence", 2018; the linear and cosine form is fastai's.

    >>> [round(one_cycle(step, 41, peak=1.0), 4) for step in (0, 2, 4, 22, 40)]
    [0.04, 0.52, 1.0, 0.5, 0.0001]
    """
    top = round(WARM_UP * steps)
    if step < top:
        first = peak / START_DIVISOR
        return first + (peak - first) * step / top
    last = peak / END_DIVISOR
    progress = (step - top) / max(1, steps - 1 - top)
    return last + (peak - last) * (1 + math.cos(math.pi * progress)) / 2


def trainable(model: nn.Module) -> list[nn.Parameter]:
    """Return a model's trainable parameters; a ValueError where it has none.

    >>> len(trainable(nn.Linear(3, 2)))
    2
    """
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not parameters:
        raise ValueError(f"{type(model).__name__} has no trainable parameter")
    return parameters


def build_optimizer(model: nn.Module, settings: Settings) -> torch.optim.Optimizer:
    """Return the optimiser of a model's trainable parameters; those with one axis (biases, norms) are not decayed."""
    parameters = trainable(model)
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": settings.weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    if settings.optimizer == "adamw":
        return torch.optim.AdamW(groups, lr=settings.lr)
    return torch.optim.SGD(groups, lr=settings.lr, momentum=settings.momentum, nesterov=settings.momentum > 0)
