"""Operands whose convolutions are known exactly, and the check of a result against them.

All operands are whole numbers from -2 to 2, so every sum is a whole number, and float32 holds every partial sum exactly
while the longest sum has fewer than 2^24 / 4 products. A wrong tap, border or element moves a result by at least 1;
the rounding of algorithms that transform their operands (Winograd, FFT) stays far under the 1/2 that is allowed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from striate.engine.problem import Problem

LARGEST = 2
TENSORS = ("output", "grad_input", "grad_weight")

_DTYPES = {"f32": torch.float32, "f64": torch.float64}
_NUMPY_MODES = {"reflect": "reflect", "symmetric": "symmetric", "replicate": "edge", "circular": "wrap"}


@dataclass(frozen=True, eq=False)
class Operands:
    """What a convolution reads, contiguous, and what it must give.

    Args:
        problem: the convolution.
        input: (N, C, *S).
        weight: (O, C / groups, *K).
        grad: (N, O, *T), the gradient by the output.
        exact: output, and with gradients (N, C, *S) by the input and (O, C / groups, *K) by the weight.
    """

    problem: Problem
    input: Tensor
    weight: Tensor
    grad: Tensor
    exact: tuple[Tensor, ...]

    def check(self, name: str, results: Sequence[Tensor]) -> None:
        """Compare results with the exact ones; RuntimeError names the first that is wrong, and where."""
        for what, exact, result in zip(TENSORS, self.exact, results, strict=False):
            if result.shape != exact.shape:
                raise RuntimeError(
                    f"{name} is wrong on {self.problem}: {what} has shape {tuple(result.shape)}, "
                    f"not {tuple(exact.shape)}"
                )
            error = (result - exact).abs().nan_to_num(nan=torch.inf)
            if error.numel() and error.max() >= 0.5:
                place = tuple(int(i) for i in np.unravel_index(int(error.argmax()), error.shape))
                raise RuntimeError(
                    f"{name} is wrong on {self.problem}: {what} at {place} is {result[place].item():g}, "
                    f"not {exact[place].item():g}"
                )


def operands(problem: Problem, *, gradients: bool, seed: int = 0) -> Operands:
    """Draw the operands of a problem and compute its results in float64.

    Args:
        problem: the convolution; its layout is of no matter here.
        gradients: whether the gradients are wanted too.
        seed: of the draw.

    Raises:
        ValueError: sums too long to be exact in float32.

    >>> operands(Problem.parse("b2 c3 o4 i9 k3"), gradients=True).exact[1].shape
    torch.Size([2, 3, 9])
    """
    longest = longest_sum(problem)
    if longest * LARGEST**2 >= 2**24:
        raise ValueError(f"{problem}: a sum of {longest} products is not exact in float32; take a smaller batch")
    generator = torch.Generator().manual_seed(seed)
    dtype = _DTYPES[problem.dtype]

    def draw(shape: tuple[int, ...]) -> Tensor:
        return torch.randint(-LARGEST, LARGEST + 1, shape, generator=generator).to(dtype)

    input, weight, grad = draw(problem.input_shape), draw(problem.weight_shape), draw(problem.output_shape)
    exact = tuple(result.to(dtype) for result in _in_float64(problem, input, weight, grad if gradients else None))
    return Operands(problem, input, weight, grad, exact)


def longest_sum(problem: Problem) -> int:
    """Return the number of products in the longest sum of the three computations, folded borders not counted."""
    taps = prod(problem.kernel)
    channels = max(problem.in_channels, problem.out_channels) // problem.groups
    return max(channels * taps, problem.batch * prod(problem.output_size))


def _in_float64(problem: Problem, input: Tensor, weight: Tensor, grad: Tensor | None) -> tuple[Tensor, ...]:
    x, w = input.double().requires_grad_(grad is not None), weight.double().requires_grad_(grad is not None)
    convolve = (F.conv1d, F.conv2d, F.conv3d)[problem.ndim - 1]
    output = convolve(
        extended(x, problem), w, None, problem.stride, (0,) * problem.ndim, problem.dilation, problem.groups
    )
    if grad is None:
        return (output,)
    return output.detach(), *torch.autograd.grad(output, (x, w), grad.double())


def extended(input: Tensor, problem: Problem) -> Tensor:
    """Return the input extended by the problem's borders, as `numpy.pad` would."""
    flat: list[int] = []
    for axis, ((before, after), mode) in enumerate(zip(problem.padding, problem.modes, strict=True), 2):
        if mode not in _NUMPY_MODES:
            flat = [before, after, *flat]
            continue
        flat = [0, 0, *flat]
        numbers: np.ndarray = np.arange(input.shape[axis])
        numbers = np.pad(numbers, (max(before, 0), max(after, 0)), _NUMPY_MODES[mode])  # type: ignore[call-overload]
        numbers = numbers[max(-before, 0) : len(numbers) - max(-after, 0)]
        input = input.index_select(axis, torch.from_numpy(numbers))
    return F.pad(input, flat, value=problem.value)
