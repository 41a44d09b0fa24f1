"""torch as people call it, in both of its layouts; and the form in which torch tensors are handed to any function."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from striate.bench.contender import CannotRunError, Contender
from striate.bench.exact import Operands
from striate.engine.problem import Problem

Convolve = Callable[[Tensor, Tensor], Tensor]
LAYOUTS = ("nchw", "nhwc")

_CHANNELS_LAST = {2: torch.channels_last, 3: torch.channels_last_3d}


def contenders(operands: Operands, gradients: bool, threads: int) -> list[Contender]:  # noqa: ARG001, torch's are set
    """Return torch contiguous and channels_last; one axis runs channels_last as an image of one row."""
    return [
        tensor_contender("torch", layout, torch_convolution(operands.problem, layout), operands, gradients)
        for layout in LAYOUTS
    ]


def tensor_contender(name: str, layout: str, convolve: Convolve, operands: Operands, gradients: bool) -> Contender:
    """Return a contender that calls a differentiable function of torch tensors in this layout."""
    input, weight, grad = (in_layout(t, layout) for t in (operands.input, operands.weight, operands.grad))
    as_row = input.ndim != operands.input.ndim

    def forward() -> tuple[Tensor, ...]:
        with torch.no_grad():
            return (convolve(input, weight),)

    def train() -> tuple[Tensor, ...]:
        output = convolve(input, weight)
        return output.detach(), *torch.autograd.grad(output, (input, weight), grad)

    def tensors(results: Sequence[Tensor]) -> Sequence[Tensor]:
        return [result.squeeze(2) for result in results] if as_row else results

    if gradients:
        input, weight = input.detach().requires_grad_(), weight.detach().requires_grad_()
    return Contender(f"{name} {layout}", train if gradients else forward, tensors)


def in_layout(tensor: Tensor, layout: str) -> Tensor:
    """Return a contiguous tensor in a layout; (N, C, L) becomes (N, C, 1, L) in `"nhwc"`."""
    if layout == "nchw":
        return tensor
    tensor = tensor.unsqueeze(2) if tensor.ndim == 3 else tensor
    return tensor.contiguous(memory_format=_CHANNELS_LAST[tensor.ndim - 2])


def torch_convolution(problem: Problem, layout: str) -> Convolve:
    """Return torch's convolution of this problem, padded beforehand where its own padding does not do.

    Raises:
        CannotRunError: a border that torch does not have.
    """
    modes = set(problem.modes)
    own = modes == {"zeros"} and all(before == after >= 0 for before, after in problem.padding)
    if len(modes) > 1 or "symmetric" in modes:
        raise CannotRunError(f"torch does not pad by {', '.join(sorted(modes))}")
    (mode,) = modes
    amounts = [amount for pair in reversed(problem.padding) for amount in pair]
    padding = [before for before, _ in problem.padding] if own else [0] * problem.ndim
    stride, dilation = list(problem.stride), list(problem.dilation)
    convolve = (F.conv1d, F.conv2d, F.conv3d)[problem.ndim - 1]
    if problem.ndim == 1 and layout == "nhwc":
        padding, stride, dilation, amounts = [0, *padding], [1, *stride], [1, *dilation], [*amounts, 0, 0]
        convolve = F.conv2d
    word = "constant" if mode in {"zeros", "constant"} else mode

    def call(input: Tensor, weight: Tensor) -> Tensor:
        if not own:
            input = F.pad(input, amounts, word, problem.value if word == "constant" else None)
        return convolve(input, weight, None, stride, padding, dilation, problem.groups)

    return call
