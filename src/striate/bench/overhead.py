"""What a call costs before it computes: a 1x1 convolution of one 4x4 image, ours beside torch's."""

import time
from collections.abc import Callable

import torch

from striate import functional as SF
from striate import nn as snn

_CALLS = 500  # a turn; some 3 ms


def measure_overhead(rounds: int = 20) -> dict[str, tuple[float, float]]:
    """Return microseconds a call, torch's and ours, by what is called; both take turns and the fastest turn counts.

    `"layer, inference"` and `"layer, training"` are `torch.nn.Conv2d` and `striate.nn.Conv2d`, the second with its
    backward pass; `"function"` is `conv2d` without gradients.

    >>> sorted(measure_overhead(rounds=1))
    ['function', 'layer, inference', 'layer, training']
    """
    input, gradient = torch.randn(1, 4, 4, 4), torch.randn(1, 4, 4, 4)
    layers = torch.nn.Conv2d(4, 4, 1), snn.Conv2d(4, 4, 1)
    weight, bias = layers[0].weight.detach(), layers[0].bias
    bias = None if bias is None else bias.detach()

    def training(layer: torch.nn.Module) -> Callable[[], object]:
        return lambda: layer(input).backward(gradient)

    def inference(layer: torch.nn.Module) -> Callable[[], object]:
        return lambda: layer(input)

    calls: dict[str, list[Callable[[], object]]] = {
        "layer, inference": [inference(layer) for layer in layers],
        "layer, training": [training(layer) for layer in layers],
        "function": [
            lambda: torch.nn.functional.conv2d(input, weight, bias),
            lambda: SF.conv2d(input, weight, bias),
        ],
    }
    best = {name: [float("inf"), float("inf")] for name in calls}
    for _ in range(rounds):
        for name, pair in calls.items():
            with torch.set_grad_enabled(name == "layer, training"):
                for which, call in enumerate(pair):
                    best[name][which] = min(best[name][which], _turn(call))
    return {name: (torchs, ours) for name, (torchs, ours) in best.items()}


def _turn(call: Callable[[], object]) -> float:
    """Return microseconds a call."""
    start = time.perf_counter()
    for _ in range(_CALLS):
        call()
    return (time.perf_counter() - start) / _CALLS * 1e6
