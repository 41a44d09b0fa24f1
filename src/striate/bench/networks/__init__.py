"""Whole networks to time, of torch.nn's own layers with random weights.

They stand here and not among `striate.models`: nobody trains them, so they have no recipe, and a 3-D U-Net scores no
classes.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from striate.bench.networks.convnext import convnext_t
from striate.bench.networks.lenet import lenet5
from striate.bench.networks.mobilenet import mobilenet_v2
from striate.bench.networks.resnet import resnet50
from striate.bench.networks.unet import unet3d


@dataclass(frozen=True)
class Network:
    """A network to time.

    Args:
        build: makes it, with weights from torch's global generator.
        input: shape of one sample.
    """

    build: Callable[[], nn.Module]
    input: tuple[int, ...]


NETWORKS = {
    "convnext-t": Network(convnext_t, (3, 224, 224)),
    "lenet5": Network(lenet5, (1, 32, 32)),
    "mobilenetv2": Network(mobilenet_v2, (3, 224, 224)),
    "resnet50": Network(resnet50, (3, 224, 224)),
    "unet3d": Network(unet3d, (1, 32, 64, 64)),
}
