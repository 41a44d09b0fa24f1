"""What the planner's choice rests on: how many times faster than torch each kernel is, measured layer by layer."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp, fsum, log, prod
from pathlib import Path

import torch
from torch import Tensor

from striate.bench.contender import Contender
from striate.bench.measure import race
from striate.bench.peers.eager import in_layout
from striate.engine import composed
from striate.engine._load import isa_used, ops
from striate.engine.arguments import BORDER_CODES, convolution_arguments, convolution_plan
from striate.engine.problem import Problem
from striate.engine.selection import COMPUTATIONS, kernel_list

_HEADER = """\
// How many times faster than torch each kernel was measured, by layer and computation, the least over the
// batches timed: STRIATE_MEASURED(level, problem, "computation kernel gain kernel gain computation
// ..."), written by striate bench --fit.
"""
_MOST_WORK = 2 * 10**9
_NEAR = 2.5  # times the fastest kernel's time: who takes more is not timed closer
_STEP = (
    20e-6  # seconds a computation that our autograd step takes beyond torch's; `bench --overhead` measures a layer's
)
_DTYPES = {"f32": torch.float32, "f64": torch.float64}


@dataclass(frozen=True)
class Measured:
    """Gains on one layer.

    Args:
        level: the instruction set, as in `show_config`.
        problem: the layer, in one layout.
        gains: torch's time over each kernel's, by computation and kernel.
    """

    level: str
    problem: Problem
    gains: dict[str, dict[str, float]]

    def __str__(self) -> str:
        words = []
        for computation, kernels in self.gains.items():
            words += [computation, *(f"{name} {gain:.2f}" for name, gain in kernels.items())]
        return f'STRIATE_MEASURED({self.level}, "{replace(self.problem, name="")}", "{" ".join(words)}")'


def fit(
    problems: Iterable[Problem], *, batches: Sequence[int] | None = None, rounds: int = 3, turn: float = 0.01
) -> Iterator[Measured]:
    """Measure every kernel that can run each problem, beside torch, in both layouts.

    Args:
        problems: layers; two that differ by name alone are measured once.
        batches: in place of batch 1 and each problem's own, or as much of it as two thousand million multiply-adds.
        rounds: turns that each kernel takes.
        turn: seconds a turn.
    """
    for problem in dict.fromkeys(replace(problem, name="", layout="nchw") for problem in problems):
        for layout in ("nchw", "nhwc") if problem.ndim > 1 else ("nchw",):
            task = replace(problem, layout=layout)
            sizes = dict.fromkeys(batches or (1, _training_batch(problem)))
            measured = [_gains(replace(task, batch=batch), rounds, turn) for batch in sizes]
            least = {
                of: {name: min(gains[of][name] for gains in measured) for name in measured[0][of]}
                for of in COMPUTATIONS
            }
            yield Measured(isa_used(), task, {of: kernels for of, kernels in least.items() if kernels})


def _training_batch(problem: Problem) -> int:
    """Return the problem's own batch, or as many samples as `_MOST_WORK` multiply-adds allow."""
    work = problem.out_channels * (problem.in_channels // problem.groups) * prod(problem.kernel)
    return max(1, min(problem.batch, _MOST_WORK // (work * prod(problem.output_size))))


def write(measured: Sequence[Measured], path: Path) -> None:
    """Write the planner's table, in place of what it said of the same levels."""
    levels = {row.level for row in measured}
    kept = []
    if path.exists():
        lines = path.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if line.startswith("STRIATE_MEASURED(")]
        kept = [line for line in kept if line[len("STRIATE_MEASURED(") :].split(",")[0] not in levels]
    new = path.with_name(path.name + ".new")
    new.write_text(_HEADER + "\n".join([*kept, *map(str, measured)]) + "\n", encoding="utf-8")
    new.replace(path)


def mean_gain(measured: Iterable[Measured]) -> float:
    """Return the geometric mean over layers and computations of the best kernel's gain, torch's own 1 included."""
    logs = [log(max(1.0, *kernels.values())) for row in measured for kernels in row.gains.values()]
    return exp(fsum(logs) / len(logs))


def _gains(problem: Problem, rounds: int, turn: float) -> dict[str, dict[str, float]]:
    generator = torch.Generator().manual_seed(0)
    shapes = (problem.input_shape, problem.weight_shape, problem.output_shape)
    tensors = [
        in_layout(torch.randn(shape, generator=generator, dtype=_DTYPES[problem.dtype]), problem.layout)
        for shape in shapes
    ]
    return {of: _gains_of(of, problem, tensors, rounds, turn) for of in COMPUTATIONS}


def _gains_of(
    computation: str, problem: Problem, tensors: Sequence[Tensor], rounds: int, turn: float
) -> dict[str, float]:
    calls = {"torch": _torchs(computation, problem, tensors)}
    for index, name in enumerate(kernel_list(computation)):
        if name != "reference":
            calls[name] = _ours(computation, problem, tensors, index)
    seconds = {name: taken for name, call in calls.items() if (taken := _first_look(call)) is not None}
    near = [
        Contender(name, calls[name], tuple) for name, taken in seconds.items() if taken < _NEAR * min(seconds.values())
    ]
    if near[0].name != "torch":
        near.insert(0, Contender("torch", calls["torch"], tuple))
    seconds |= {name: timing.best for name, timing in race(near, rounds=rounds, turn=turn).items()}
    step = 0.0 if computation == "inference" else _STEP
    return {name: seconds["torch"] / (taken + step) for name, taken in seconds.items() if name != "torch"}


def _first_look(call: Callable[[], tuple[Tensor, ...]]) -> float | None:
    """Return the fastest of two calls after the first; None for a kernel that cannot run this.

    A single one may meet fresh memory or another process, and would leave out the fastest kernel.
    """
    try:
        call()
    except RuntimeError:  # the kernel's own words on why it cannot
        return None
    seconds = []
    for _ in range(2):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def _torchs(computation: str, problem: Problem, tensors: Sequence[Tensor]) -> Callable[[], tuple[Tensor, ...]]:
    """Return torch's way of computing it, as the engine takes it."""
    input, weight, grad = tensors
    arguments = convolution_arguments(
        problem.kernel,
        problem.stride,
        problem.padding,
        problem.dilation,
        problem.groups,
        problem.modes,
        problem.value,
    )
    plan = convolution_plan(arguments, problem.size)
    if computation in {"inference", "forward"}:
        return lambda: (composed.forward(input, weight, None, arguments, plan),)
    if computation == "backward_data":
        return lambda: (composed.backward_data(grad, weight, input.shape, arguments, plan),)
    return lambda: composed.backward(grad, input, weight, arguments, plan, (False, True))


def _ours(
    computation: str, problem: Problem, tensors: Sequence[Tensor], index: int
) -> Callable[[], tuple[Tensor, ...]]:
    """Return one kernel's computation, of inference with the weights packed before."""
    input, weight, grad = tensors
    padding = [amount for pair in problem.padding for amount in pair]
    window = (list(problem.stride), padding, list(problem.dilation), problem.groups)
    border = [BORDER_CODES[mode] for mode in problem.modes]
    if computation in {"inference", "forward"}:
        packed = None

        def forward() -> tuple[Tensor, ...]:
            nonlocal packed
            if packed is None and computation == "inference":
                stride, _, dilation, groups = window
                packed = ops().pack_weight.default(weight, input.shape, stride, dilation, groups, "forward", index)
            output = ops().convolution.default(
                input, weight, None, *window, border, problem.value, index, packed=packed
            )
            return (output,)

        return forward
    if computation == "backward_data":
        return lambda: (ops().convolution_backward_data.default(grad, weight, input.shape, *window, border, index),)
    return lambda: (
        ops().convolution_backward_weight.default(grad, input, weight.shape, *window, border, problem.value, index),
    )
