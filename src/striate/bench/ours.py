"""striate's own contenders: the default path of `functional`, or one forced kernel."""

from torch import Tensor

from striate.bench.contender import Contender
from striate.bench.exact import Operands
from striate.bench.peers.eager import tensor_contender
from striate.engine._load import has_kernels
from striate.engine.planning import verdicts
from striate.engine.problem import Problem
from striate.engine.selection import DIRECTIONS, use_kernel
from striate.functional import conv


def contender(operands: Operands, layout: str, gradients: bool, kernel: str | None = None) -> Contender:
    """Return `functional.conv` on tensors of this layout.

    Args:
        operands: of a problem; with one axis only the layout `"nchw"` exists.
        layout: `"nchw"` or `"nhwc"`.
        gradients: whether the gradients are computed too.
        kernel: the kernel to force, or None for the planner's choice.
    """
    problem = operands.problem

    window = (None, problem.stride, problem.padding, problem.dilation, problem.groups)
    modes, value = problem.modes, problem.value

    def convolve(input: Tensor, weight: Tensor) -> Tensor:
        return conv(input, weight, *window, padding_mode=modes, padding_value=value)

    def forced(input: Tensor, weight: Tensor) -> Tensor:
        with use_kernel(kernel or ""):
            return convolve(input, weight)

    return tensor_contender("striate", layout, forced if kernel else convolve, operands, gradients)


def kernel_names(problem: Problem, gradients: bool, kernel: str | None = None) -> str:
    """Return the kernels that run, one a computation joined by "/" where they differ.

    >>> kernel_names(Problem.parse("b1 c4 o4 i8 k3"), gradients=True, kernel="torch")
    'torch'
    """
    if kernel or not has_kernels():
        return kernel or "torch"
    chosen = []
    for computation in DIRECTIONS if gradients else ("inference",):
        said = verdicts(problem, computation)
        chosen.append(next(name for name, verdict in said.items() if verdict == "chosen"))
    return chosen[0] if len(set(chosen)) == 1 else "/".join(chosen)
