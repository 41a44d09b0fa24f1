"""The benchmark of a list of problems, row by row."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from striate.arithmetic import Geometry, convolution_cost
from striate.bench import ours
from striate.bench.contender import CannotRunError, Contender
from striate.bench.exact import Operands, operands
from striate.bench.measure import Timing, race
from striate.bench.peers import PEERS
from striate.bench.row import Row
from striate.engine.ceilings import Ceilings
from striate.engine.problem import Problem

DIRECTIONS = ("forward", "train")
LAYOUTS = ("nchw", "nhwc")


def benchmark(
    problems: Sequence[Problem],
    ceilings: Ceilings,
    *,
    network: str,
    peers: Sequence[str],
    directions: Sequence[str] = DIRECTIONS,
    layouts: Sequence[str] = LAYOUTS,
    batches: Sequence[int] | None = None,
    threads: int,
    kernel: str | None = None,
    rounds: int = 5,
    turn: float = 0.03,
    left_out: Callable[[str], None] = lambda _: None,
) -> Iterator[Row]:
    """Verify and time every problem; a row for each batch, direction and layout of ours.

    Args:
        problems: what is computed.
        ceilings: of this machine on these threads.
        network: whose layers they are.
        peers: names in `PEERS`, all installed.
        directions: `"forward"`, `"train"` (forward and both gradients).
        layouts: of our tensors; peers run in each layout that they have. One axis has `"nchw"` only.
        batches: in place of batch 1 and each problem's own.
        threads: as many as torch is set to.
        kernel: the kernel of ours to force, or None.
        rounds: turns that each contender takes.
        turn: seconds a turn.
        left_out: told of each peer that does not know a problem.

    Raises:
        RuntimeError: a contender computes something wrong.
    """
    for problem in problems:
        for batch in dict.fromkeys(batches or (1, problem.batch)):
            task = replace(problem, batch=batch, layout="nchw")
            drawn = operands(task, gradients="train" in directions)
            for direction in directions:
                gradients = direction == "train"
                own = [layout for layout in layouts if layout == "nchw" or task.ndim > 1]
                contenders = [ours.contender(drawn, layout, gradients, kernel) for layout in own]
                for peer in peers:
                    try:
                        contenders += PEERS[peer](drawn, gradients, threads)
                    except CannotRunError as error:
                        left_out(f"{peer} is left out of {task} {direction}: {error}")
                times = _verified(drawn, contenders, gradients, rounds, turn)
                own_times = {layout: times.pop(f"striate {layout}") for layout in own}
                floor, floor_by = floor_of(task, gradients, ceilings)
                for layout, timing in own_times.items():
                    asked = replace(task, layout=layout)
                    names = ours.kernel_names(asked, gradients, kernel)
                    yield Row(
                        network, str(asked), task.name, batch, direction, layout, names, timing, times, floor, floor_by
                    )


def _verified(
    drawn: Operands, contenders: Sequence[Contender], gradients: bool, rounds: int, turn: float
) -> dict[str, Timing]:
    """Check what each contender computes, which also warms it up, then time them all."""
    for contender in contenders:
        results = contender.tensors(contender.run())
        if len(results) != (3 if gradients else 1):
            raise RuntimeError(f"{contender.name} gave {len(results)} results for {drawn.problem}")
        drawn.check(contender.name, results)
    return race(contenders, rounds=rounds, turn=turn)


def floor_of(problem: Problem, gradients: bool, ceilings: Ceilings) -> tuple[float, str]:
    """Return the least seconds of forward, or of all three computations one after another, and what sets them."""
    cost = convolution_cost(
        problem.in_channels,
        problem.out_channels,
        Geometry.of(problem.kernel, problem.stride, problem.padding, problem.dilation),
        problem.size,
        batch=problem.batch,
        groups=problem.groups,
        bias=False,
        itemsize=4 if problem.dtype == "f32" else 8,
    )
    parts = (cost.forward, cost.backward_data, cost.backward_weight) if gradients else (cost.forward,)
    floors = [ceilings.floor(part, problem.dtype) for part in parts]
    return sum(seconds for seconds, _ in floors), max(floors)[1]
