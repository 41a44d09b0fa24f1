"""What the units of each layer look for: their projections in the image, and their best patches of a data set."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice

import torch
from torch import Tensor, nn

from striate.graph import Recording
from striate.view.explainer.blocks import Blocks
from striate.view.explainer.schema import Units
from striate.view.explainer.steps import Step
from striate.view.layers import evaluating
from striate.view.patches import top_patches
from striate.view.projection import project
from striate.view.rectifiers import deconvnet_rule
from striate.view.streams import Data, batches_of
from striate.view.units import Unit, choose_unit

ELEMENTS = 2**17  # of all projections of a layer: the 120 units of LeNet-5's C5, or the fewest of a large image
FEWEST = 2  # units of a layer
ROOM = 5_000_000  # bytes of the page that pictures of units may take
IMAGES = 1000  # of a data set that are looked at
PATCHES = 9  # a unit, as in the paper


def units_of(
    model: nn.Module, recording: Recording, steps: Sequence[Step], blocks: Blocks, data: Data | None = None
) -> dict[int, Units]:
    """Return what units of each convolution and linear layer look for, by the number of the layer's step.

    Of a layer with many channels, or of a large image, only the units that answer most strongly are looked at, and
    those layers that come when 5 MB of the page are taken are left out.

    Args:
        model: That was recorded; left as it was.
        recording: On one image.
        steps: Of the recording.
        blocks: Of the page, to which the pictures are added.
        data: Images whose best patches are wanted, as for `explain`; the first 1,000 are looked at.
    """
    image = recording.values[recording.source].tensor
    sample = None if data is None else _sample(model, data)
    found: dict[int, Units] = {}
    calls: Counter[str] = Counter()
    for number, step in enumerate(steps):
        path = step.operation.path
        if step.operation.module is None or not path:
            continue
        calls[path] += 1
        if step.arithmetic.kind not in {"convolution", "linear"} or blocks.size > ROOM:
            continue
        layer = path if calls[path] == 1 else f"{path}:{calls[path]}"
        found[number] = _units(model, image, layer, recording.values[step.output].tensor, blocks, sample)
    return found


def _units(model: nn.Module, image: Tensor, layer: str, output: Tensor, blocks: Blocks, sample: Tensor | None) -> Units:
    channels = _strongest(output, max(FEWEST, ELEMENTS // image.numel()))

    def choose(name: str, output: Tensor) -> list[Unit]:
        return [choose_unit(output[:1], name, channel, None) for channel in channels]

    with evaluating(model):
        copies = image.expand(len(channels), *image.shape[1:])
        signals, _ = project(model, copies, layer, choose, rule=deconvnet_rule, from_activation=True)
    projections = blocks.add(_as_bytes(signals), "uint8")
    if sample is None:
        return Units(channels, projections, None, ())
    best = top_patches(model, sample, layer, channels, count=PATCHES).array
    patches = blocks.add((best.patches.float() * 255).round().clamp(0, 255), "uint8")
    answers = tuple(tuple(row) for row in best.activations.tolist())
    return Units(channels, projections, patches, answers)


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
