"""The moving average of a model's weights, which generalises better than the last of them."""

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from striate.train.distributed.shards import here

_Tensors = tuple[Tensor, ...] | list[Tensor]


def averaged_copy(model: nn.Module, ema: float) -> AveragedModel:
    """Return a copy of a model that follows it: `update_parameters(model)` after each step.

    Parameters and buffers move by `1 - decay` towards the model's, where `decay = min(ema, (1 + n) / (10 + n))` after
    n steps: the average reaches back over the last tenth of the steps, until `ema` bounds it. Whole numbers, such as
    the count of batches of a batch norm, are taken over.

    Args:
        model: The one to follow; the copy begins with its weights.
        ema: The largest decay, in (0, 1).

    Source: B. T. Polyak, A. B. Juditsky, "Acceleration of stochastic approximation by averaging", SIAM J. Control and
    Optimization 30(4), 1992.

    >>> model = nn.Linear(3, 2)
    >>> averaged_copy(model, 0.999).module.weight.shape
    torch.Size([2, 3])
    """

    @torch.no_grad()
    def move(averages: _Tensors, currents: _Tensors, count: Tensor | int) -> None:
        n, ours, theirs = int(count), [here(value) for value in averages], [here(value) for value in currents]
        if ours[0].is_floating_point():
            torch._foreach_lerp_(ours, theirs, 1 - min(ema, (1 + n) / (10 + n)))
        else:
            torch._foreach_copy_(ours, theirs)

    return AveragedModel(model, multi_avg_fn=move, use_buffers=True)
