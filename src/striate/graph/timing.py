"""How long each operation takes, on the kernels that it always runs on."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from striate.engine.evaluating import evaluating
from striate.graph.recorder import is_layer
from striate.graph.recording import Recording

_RUNS, _SECONDS = 20, 1.0  # at most; three at least


def measure(recording: Recording, *inputs: Any) -> dict[int, float]:  # noqa: ANN401
    """Return the least time in seconds of each operation, by its number, over a few runs of the model.

    Within layers nothing is watched, so that they take what they always take; a function called outside layers passes
    through Python once more than usual, which is taken off by its own clock.

    Args:
        recording: of the model on these inputs.
        inputs: as `record` was given them.

    >>> from striate.graph import record
    >>> model, image = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU()), torch.zeros(1, 1, 8, 8)
    >>> sorted(measure(record(model, image), image))
    [0, 1]
    """
    clock = _Clock()
    least: dict[int, float] = {}
    began = time.perf_counter()
    with torch.no_grad(), evaluating(recording.model), _hooked(recording.model, clock):
        for run in range(_RUNS):
            if run > 2 and time.perf_counter() - began > _SECONDS:
                break
            clock.start()
            with clock:
                recording.model(*inputs)
            for event, seconds in clock.seconds.items():
                least[event] = min(seconds, least.get(event, seconds))
    return {operation.index: least[operation.event] for operation in recording if operation.event in least}


class _Clock(TorchFunctionMode):
    """Counts calls as the recorder does, and times them."""

    def __init__(self) -> None:
        super().__init__()
        self.start()

    def start(self) -> None:
        """Begin a run."""
        self.events = 0
        self.seconds: dict[int, float] = {}
        self.layers: list[tuple[nn.Module, float]] = []  # the layer that is being called, if any

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        self.events += 1
        began = _now()
        result = func(*args, **(kwargs or {}))
        self.seconds[self.events] = _now() - began
        return result

    def enter(self, module: nn.Module) -> None:
        """A module is called; within a layer nothing is watched."""
        if not self.layers and is_layer(module):
            self.events += 1
            self.__exit__(None, None, None)  # type: ignore[no-untyped-call]
            self.layers.append((module, _now()))
        elif self.layers:
            self.layers.append((module, 0.0))

    def leave(self) -> None:
        """A module returned, or raised."""
        if not self.layers:
            return
        _, began = self.layers.pop()
        if not self.layers:
            self.seconds[self.events] = _now() - began
            self.__enter__()  # type: ignore[no-untyped-call]


def _now() -> float:
    """Return the time when all that was begun is done."""
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.synchronize()
    return time.perf_counter()


@contextmanager
def _hooked(model: nn.Module, clock: _Clock) -> Iterator[None]:
    hooks = []
    for module in model.modules():
        hooks.append(module.register_forward_pre_hook(lambda module, args: clock.enter(module)))  # noqa: ARG005
        hooks.append(module.register_forward_hook(lambda module, args, output: clock.leave(), always_call=True))  # noqa: ARG005
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
