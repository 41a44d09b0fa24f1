"""Whole networks, `accelerate`d against torch.nn as it is: training steps and inference, checked and then timed."""

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from striate.acceleration import accelerate
from striate.arithmetic.arguments import choice
from striate.bench.contender import Contender
from striate.bench.measure import Timing, race
from striate.bench.networks import NETWORKS

LIBRARIES = ("torch", "striate")
DIRECTIONS = ("forward", "train")


@dataclass(frozen=True)
class WholeRow:
    """A network in one direction.

    Args:
        network: its name.
        batch: samples.
        direction: `"forward"` (inference) or `"train"` (forward, gradients, and a step of SGD with momentum).
        times: by library and layout: `"torch nchw"`, `"striate nhwc"`.
        apart: how far the scores lie apart at most, as a share of their norm.
    """

    network: str
    batch: int
    direction: str
    times: dict[str, Timing]
    apart: float

    def best(self, library: str) -> float:
        """Return the seconds of a library in its better layout."""
        return min(timing.best for name, timing in self.times.items() if name.startswith(library))

    @property
    def gain(self) -> float:
        """How many times faster ours is, each in its better layout."""
        return self.best("torch") / self.best("striate")

    def as_dict(self) -> dict[str, Any]:
        """Return the row for JSON, seconds everywhere."""
        times = {name: vars(timing) for name, timing in self.times.items()}
        return {
            "network": self.network,
            "batch": self.batch,
            "direction": self.direction,
            "times": times,
            "apart": self.apart,
            "gain": self.gain,
        }


def benchmark_network(
    name: str,
    *,
    batch: int,
    directions: Sequence[str] = DIRECTIONS,
    layouts: Sequence[str] = ("nchw", "nhwc"),
    rounds: int,
    turn: float,
) -> Iterator[WholeRow]:
    """Time a network, ours and torch's taking turns; all start from the same weights and see the same samples.

    Args:
        name: one of `NETWORKS`.
        batch: samples a step.
        directions: among `DIRECTIONS`.
        layouts: of weights and samples.
        rounds: turns that each takes.
        turn: seconds a turn; a step at least.

    Raises:
        ValueError: an unknown name.
        RuntimeError: what the accelerated network computes is not what torch's does.
    """
    network = NETWORKS[choice(name, tuple(NETWORKS), "model")]
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = network.build()
        input = torch.randn(batch, *network.input)
    for direction in directions:
        contenders = [
            _contender(library, layout, model, input, direction) for library in LIBRARIES for layout in layouts
        ]
        results = [contender.tensors(contender.run()) for contender in contenders]
        apart = [max(_apart(result[i], results[0][i]) for result in results) for i in range(len(results[0]))]
        for what, distance, most in zip(("scores", "gradients"), apart, _TOLERANCES, strict=False):
            if not distance <= most:
                raise RuntimeError(f"{name}, {direction}: the {what} lie {distance:.2g} of their norm apart")
        yield WholeRow(name, batch, direction, race(contenders, rounds=rounds, turn=turn), apart[0])


# Of scores, through up to 53 layers of float32 sums in different orders, and of gradients, whose differences batch norm
# over few samples blows up: 0.03 was seen of ResNet-50's at batch 1. A wrong layer is off by its whole value.
_TOLERANCES = (1e-3, 0.1)


def _contender(library: str, layout: str, model: nn.Module, input: Tensor, direction: str) -> Contender:
    own = copy.deepcopy(model)
    last = torch.channels_last if input.ndim == 4 else torch.channels_last_3d
    memory_format = last if layout == "nhwc" else torch.contiguous_format
    own.to(memory_format=memory_format)  # type: ignore[call-overload]
    input = input.contiguous(memory_format=memory_format)
    if library == "striate":
        accelerate(own)
    if direction == "forward":
        return Contender(f"{library} {layout}", _inference(own.eval(), input), lambda scores: [scores])
    return Contender(f"{library} {layout}", _step(own, input), lambda scores: [scores, _gradient(own)])


def _inference(model: nn.Module, input: Tensor) -> Callable[[], Tensor]:

    def run() -> Tensor:
        with torch.inference_mode():
            scores: Tensor = model(input)
        return scores

    return run


def _step(model: nn.Module, input: Tensor) -> Callable[[], Tensor]:
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0  # the same step for all
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)
    targets: list[Tensor] = []

    def run() -> Tensor:
        scores: Tensor = model(input)
        if not targets:
            targets.append(torch.arange(scores[:, 0].numel()).reshape(scores[:, 0].shape) % scores.shape[1])
        optimizer.zero_grad()
        nn.functional.cross_entropy(scores, targets[0]).backward()
        optimizer.step()
        return scores.detach()

    return run


def _gradient(model: nn.Module) -> Tensor:
    return torch.cat([parameter.grad.flatten() for parameter in model.parameters() if parameter.grad is not None])


def _apart(result: Tensor, other: Tensor) -> float:
    return float((result - other).norm() / other.norm())
