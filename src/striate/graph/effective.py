"""What a unit really responds to: its gradient by the input, averaged over data."""

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from striate.engine.evaluating import evaluating


def mean_gradient(
    model: nn.Module, layer: nn.Module, index: tuple[Any, ...], batches: Iterable[Tensor], call: int = -1
) -> Tensor:
    """Return the mean over samples of the absolute gradient of one unit by the input, summed over channels.

    Args:
        model: runs in evaluation mode; every module gets its own mode back.
        layer: the module whose output is asked for.
        index: picks the unit of each sample from that output; what it leaves is summed.
        batches: inputs (N, C, *S), of one size.
        call: which call of the layer, where the model calls it several times.

    Returns:
        (*S), float64; it adds up to 1 where any gradient is not zero.

    Source: W. Luo, Y. Li, R. Urtasun, R. Zemel, "Understanding the effective receptive field in deep convolutional
    neural networks", 2016, section 2.1, with absolute values so that samples do not cancel.

    >>> model = nn.Sequential(nn.Conv1d(1, 1, 3))
    >>> (mean_gradient(model, model[0], (slice(None), slice(None), 2), [torch.randn(4, 1, 7)]) > 0).tolist()
    [False, False, True, True, True, False, False]
    """
    total: Tensor | None = None
    for batch in batches:
        gradient = _gradient(model, layer, index, batch, call).abs().sum((0, 1), dtype=torch.float64)
        total = gradient if total is None else total + gradient
    if total is None:
        raise ValueError("data must hold at least one batch, but got none")
    mass = total.sum()
    return total / mass if mass > 0 else total


def _gradient(model: nn.Module, layer: nn.Module, index: tuple[Any, ...], batch: Tensor, call: int) -> Tensor:
    """Return the gradient of the unit, summed over the samples, each of which sees its own input only."""
    units: list[Tensor] = []

    def note(module: nn.Module, inputs: object, output: Any) -> None:  # noqa: ANN401, ARG001
        made = output
        while not isinstance(made, Tensor):
            made = next(iter(made.values() if isinstance(made, dict) else made))
        units.append(made[index].sum())  # at once: what follows may work on it in place

    hook = layer.register_forward_hook(note)
    try:
        with evaluating(model), torch.enable_grad():
            source = batch.detach().clone().requires_grad_()
            model(source)
            (gradient,) = torch.autograd.grad(units[call], source, allow_unused=True, materialize_grads=True)
    finally:
        hook.remove()
    return gradient


def shortest_run(weights: Sequence[float], share: float) -> range:
    """Return the shortest run of positions whose weights add up to a share of all, the first of several.

    >>> shortest_run([0.0, 0.1, 0.5, 0.3, 0.1], 0.8)
    range(2, 4)
    """
    wanted = share * sum(weights) * (1 - 1e-12)  # sums of the same numbers in another order
    best, start, held = range(len(weights)), 0, 0.0
    for end, weight in enumerate(weights):
        held += weight
        while start < end and held - weights[start] >= wanted:
            held -= weights[start]
            start += 1
        if held >= wanted and end + 1 - start < len(best):
            best = range(start, end + 1)
    return best
