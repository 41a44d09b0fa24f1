"""What the units of each layer look for: their projections in the image, and their best patches of a data set."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice

import torch
from torch import Tensor, nn

from striate.graph import Recording
from striate.view.explainer.blocks import Blocks
from striate.view.explainer.excitement import patches, strongest
from striate.view.explainer.projections import projections
from striate.view.explainer.schema import Units
from striate.view.explainer.steps import Step
from striate.view.streams import Data, batches_of

ELEMENTS = 2**17  # of all projections of a layer: those of LeNet-5's 120 units of C5, or the fewest of a large image
FEWEST = 2  # units of a layer
ROOM = 4_000_000  # bytes of the page that pictures of units may take
IMAGES = 1000  # of a data set that are looked at
PATCHES = 9  # a unit, as in the paper


def units_of(
    model: nn.Module, recording: Recording, steps: Sequence[Step], blocks: Blocks, data: Data | None = None
) -> dict[int, Units]:
    """Return what units of each convolution and linear layer look for, by the number of the layer's step.

    Of a layer with many channels, or of a large image, only the units that answer most strongly are looked at, and the
    layers that come when 4 MB of the page are taken are left out.

    Args:
        model: That was recorded; left as it was.
        recording: On one image, its tensors kept.
        steps: Of the recording.
        blocks: Of the page, to which the pictures are added.
        data: Images whose best patches are wanted, as for `explain`; the first 1,000 are looked at.
    """
    image = _tensor(recording, recording.source)
    layers = _layers(steps)
    most = max(FEWEST, ELEMENTS // image.numel())
    channels = {layer: _strongest(_tensor(recording, steps[number].output), most) for number, layer in layers.items()}
    signals = projections(model, image, channels)
    sample = None if data is None else _sample(model, data)
    best = {} if sample is None else strongest(model, sample.split(100), channels, PATCHES)
    found = {}
    for number, layer in layers.items():
        if layer not in signals or blocks.size > ROOM:
            continue
        shown = blocks.add(_as_bytes(signals[layer]), "uint8")
        reaches = recording.reaches.get(steps[number].output)
        if sample is None or layer not in best or reaches is None:
            found[number] = Units(channels[layer], shown, None, ())
            continue
        cut = patches(best[layer], sample, reaches).float()
        answers = tuple(tuple(row) for row in best[layer].answers.tolist())
        found[number] = Units(channels[layer], shown, blocks.add((255 * cut).round().clamp(0, 255), "uint8"), answers)
    return found


def _layers(steps: Sequence[Step]) -> dict[int, str]:
    """Return the convolution and linear layers by the number of their step, a later call of one by `"name:2"`."""
    calls: Counter[str] = Counter()
    found = {}
    for number, step in enumerate(steps):
        path = step.operation.path
        if step.operation.module is None or not path:
            continue
        calls[path] += 1
        if step.arithmetic.kind in {"convolution", "linear"}:
            found[number] = path if calls[path] == 1 else f"{path}:{calls[path]}"
    return found


def _tensor(recording: Recording, index: int) -> Tensor:
    tensor = recording.values[index].tensor
    if tensor is None:
        raise ValueError("recording must keep its tensors, but was made with keep=False")
    return tensor


def _strongest(output: Tensor, count: int) -> tuple[int, ...]:
    """Return the channels that answer most strongly, in their order."""
    answers = output[0].flatten(1).amax(1) if output.ndim > 2 else output[0]
    return tuple(sorted(answers.topk(min(count, len(answers))).indices.tolist()))


def _as_bytes(signals: Tensor) -> Tensor:
    """Return signals (N, C, *S) as bytes: 128 is zero, 1 and 255 are the largest of each, below and above."""
    largest = signals.abs().flatten(1).amax(1).clamp(min=torch.finfo(torch.float32).tiny)
    return (128 + 127 * signals / largest.reshape(-1, *(1,) * (signals.ndim - 1))).round()


def _sample(model: nn.Module, data: Data) -> Tensor:
    """Return the first images of a data set, which may be one that can be read only once."""
    images: list[Tensor] = []
    for batch in batches_of(model, data):
        images.extend(islice(batch, IMAGES - len(images)))
        if len(images) == IMAGES:
            break
    return torch.stack(images)
