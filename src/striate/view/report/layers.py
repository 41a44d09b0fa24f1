"""The time that each layer takes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import torch
from torch import Tensor, nn

from striate.train.determinism import thread_count
from striate.train.metrics import device_of
from striate.view.layers import evaluating, named_layers
from striate.view.page import Html, element, section, table
from striate.words import count

IMAGES = 64
ROUNDS = 5  # of which the fastest counts


def layers_section(model: nn.Module, images: Tensor, threads: int) -> Html:
    """Return the time of each layer on a batch of images.

    Args:
        model: Is left as it was.
        images: uint8 (N, C, H, W).
        threads: That are used.
    """
    batch = images[:IMAGES].to(device_of(model)).float() / 255
    with thread_count(threads):
        seconds = layer_seconds(model, batch)
    modules, total = dict(named_layers(model)), sum(seconds.values())
    rows = (
        (name, type(modules[name]).__name__, f"{1e3 * taken:.3f}", _bar(taken / total))
        for name, taken in seconds.items()
    )
    return section(
        "Time by layer",
        table(("layer", "type", "ms", "share"), rows, caption="Time by layer", words=("type", "share")),
        note=f"{1e3 * total:.2f} ms for {count(len(batch), 'image')} at once on {count(threads, 'thread')}, "
        f"the fastest of {ROUNDS} calls, measured when this report was written.",
    )


def layer_seconds(model: nn.Module, batch: Tensor) -> dict[str, float]:
    """Return the seconds that each layer takes for a batch, by its name, in the order of computation.

    Layers that have no layers inside count, one that is called twice with both; the fastest of a few rounds is taken.

    Args:
        model: Is left as it was.
        batch: What the model takes.

    >>> list(layer_seconds(nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten()), torch.rand(1, 1, 5, 5)))
    ['0', '1']
    """
    best: dict[str, float] = {}
    for _ in range(ROUNDS):
        taken: dict[str, float] = {}
        with evaluating(model), _timing(model, taken), torch.inference_mode():
            model(batch)
        best = {name: min(seconds, best.get(name, seconds)) for name, seconds in taken.items()}
    return best


@contextmanager
def _timing(model: nn.Module, taken: dict[str, float]) -> Iterator[None]:
    """Add up the seconds of every layer's calls while the context lasts."""
    begun: dict[str, float] = {}

    def begin(name: str, *_: object) -> None:
        begun[name] = time.perf_counter()

    def end(name: str, *_: object) -> None:
        taken[name] = taken.get(name, 0.0) + time.perf_counter() - begun[name]

    handles = []
    for name, module in named_layers(model):
        if next(module.children(), None) is None:
            handles += [
                module.register_forward_pre_hook(partial(begin, name)),
                module.register_forward_hook(partial(end, name)),
            ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _bar(share: float) -> Html:
    return element("span", element("span", f"{share:.1%}"), class_="bar", style=f"--share: {share:.1%}")
