"""WaveNet and the TCN: sounds named sample by sample, and streams that give the numbers of the whole."""

from collections.abc import Iterator
from time import perf_counter

import torch
from torch import Tensor

from striate.data import Labelled, LabelledData, speech, stream
from striate.data.speech import RATE
from striate.engine.evaluating import evaluating
from striate.lineage.system import Figure, System
from striate.models.causal_net import CausalNet
from striate.models.tcn import PAPER as TCN_PAPER
from striate.models.wavenet import PAPER
from striate.train import fit

CHUNK = RATE // 50  # samples, 20 ms: what a telephone sends at once
LARGEST = 400  # samples of a random chunk


def chunk_sizes(samples: int, *, seed: int = 0) -> list[int]:
    """Draw sizes of chunks that make a signal, from 1 sample to 400; small and large ones are as frequent.

    >>> sizes = chunk_sizes(4000)
    >>> sum(sizes), min(sizes), max(sizes) <= 400
    (4000, 1, True)
    """
    generator = stream(seed)
    sizes: list[int] = []
    while samples:
        drawn = LARGEST ** float(torch.rand((), generator=generator))
        sizes.append(min(samples, int(drawn)))
        samples -= sizes[-1]
    return sizes


def largest_difference(net: CausalNet, signals: Tensor, *, seed: int = 0) -> float:
    """Return by how much the scores of signals in chunks of any size differ from those of whole signals, at most.

    Args:
        net: any causal network.
        signals: (N, C, time).
        seed: of the chunks' sizes.
    """
    with evaluating(net), torch.inference_mode():
        step = net.stream()
        parts = [step(chunk) for chunk in signals.split(chunk_sizes(signals.shape[2], seed=seed), 2)]
        return float((torch.cat(parts, 2) - net(signals)).abs().max())


def real_time_factor(net: CausalNet, signals: Tensor) -> float:
    """Return how many seconds of sound a network hears in a second, in chunks of 20 ms, one after another."""
    with evaluating(net), torch.inference_mode():
        step = net.stream()
        step(signals[..., :CHUNK])
        begun = perf_counter()
        for chunk in signals[..., CHUNK:].split(CHUNK, 2):
            step(chunk)
        return (signals.shape[2] - CHUNK) / RATE / (perf_counter() - begun)


def _measure(quick: bool) -> Iterator[Figure]:
    data = _some(speech(), 160, 30) if quick else speech()
    silence = float((data.test.labels == 0).float().mean())
    yield Figure("samples of the most frequent sound, silence", silence, ".1%")
    signals = data.test.inputs[:4]
    for model, name, passes in (("wavenet-mini", "WaveNet", 1), ("tcn-mini", "TCN", 3)):
        history = fit(model, data, epochs=passes if quick else None)
        net = history.model
        if not isinstance(net, CausalNet):
            raise TypeError(f"{model} must be a CausalNet, but is a {type(net).__name__}")
        accuracy = history["val_acc"][-1]
        least = 0.5 if quick else 0.8
        yield Figure(f"{name}: samples that are named rightly", accuracy, ".1%", at_least=least, headline=True)
        difference = max(largest_difference(net, signals, seed=seed) for seed in range(1 if quick else 5))
        what = f"{name}: largest difference of a stream from the whole"
        yield Figure(what, difference, ".1g", at_most=0.0, headline=True)
        faster = real_time_factor(net, data.test.inputs[:1])
        yield Figure(f"{name}: sound heard a second, in chunks of 20 ms", faster, ".1f", unit="s")


def _some(data: LabelledData, train: int, test: int) -> LabelledData:
    """The first signals of each part."""
    parts = [
        Labelled(part.inputs[:number], part.labels[:number])
        for part, number in ((data.train, train), (data.test, test))
    ]
    return LabelledData(data.name, *parts, data.classes, unit=data.unit)


SYSTEM = System(
    name="wavenet",
    title="WaveNet and the TCN",
    year=2016,
    source=f"{PAPER}; {TCN_PAPER}",
    command="striate train wavenet-mini",
    page="audio.md",
    measure=_measure,
)
