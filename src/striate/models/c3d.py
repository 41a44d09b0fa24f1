"""C3D: 3x3x3 convolutions over clips of video, or over other volumes.

Source: Tran, Bourdev, Fergus, Torresani, Paluri, "Learning spatiotemporal features with 3D convolutional networks",
ICCV 2015; section 3.3 and figure 3.
"""

from collections.abc import Sequence

from torch import nn

import striate.nn as snn
from striate.arithmetic import Geometry
from striate.models.normalize import Rescale
from striate.models.registry import Recipe, register

PAPER = (
    'Tran, Bourdev, Fergus, Torresani, Paluri, "Learning spatiotemporal features with 3D convolutional networks", '
    "ICCV 2015"
)


@register(
    "c3d",
    paper=PAPER,
    year=2015,
    task="volume",
    recipe=Recipe(epochs=13, batch_size=30, optimizer="sgd", lr=0.003),  # section 3.3 has these
)
def c3d(
    *, in_channels: int = 3, volume_size: tuple[int, int, int] = (16, 112, 112), classes: int = 487
) -> nn.Sequential:
    """Build C3D: eight convolutions, five poolings, and 80 million parameters at the 487 classes of Sports-1M.

    Args:
        in_channels: channels of a volume.
        volume_size: frames, height and width of a clip, or depth, height and width of another volume.
        classes: how many there are to tell apart.

    Raises:
        ValueError: a volume that vanishes on the way.

    >>> import torch
    >>> with torch.device("meta"):
    ...     c3d().fc6.weight.shape
    torch.Size([4096, 8192])
    """
    return _build(
        "c3d", in_channels, volume_size, classes, ((64,), (128,), (256, 256), (512, 512), (512, 512)), 4096, 0.5
    )


@register(
    "c3d-mini",
    paper=f"After {PAPER}",
    year=2015,
    task="volume",
    recipe=Recipe(epochs=10, batch_size=32, optimizer="adamw", lr=0.002, weight_decay=0.01),
)
def c3d_mini(
    *, in_channels: int = 1, volume_size: tuple[int, int, int] = (8, 28, 28), classes: int = 10
) -> nn.Sequential:
    """Build the first three stages of C3D an eighth as wide, for small volumes.

    A fifth of the 64 values of each hidden layer is dropped in training: of so few, half would be too many.

    Args:
        in_channels: channels of a volume.
        volume_size: depth, height and width of a volume.
        classes: how many there are to tell apart.

    Raises:
        ValueError: a volume that vanishes on the way.

    >>> c3d_mini().conv3b.weight.shape
    torch.Size([32, 32, 3, 3, 3])
    """
    return _build("c3d-mini", in_channels, volume_size, classes, ((8,), (16,), (32, 32)), 64, 0.2)


def _build(
    name: str,
    in_channels: int,
    volume_size: tuple[int, int, int],
    classes: int,
    stages: Sequence[Sequence[int]],
    hidden: int,
    drop: float,
) -> nn.Sequential:
    model = nn.Sequential(Rescale(-1.0, 1.0))
    size: tuple[int, ...] = volume_size
    for number, widths in enumerate(stages, 1):
        for letter, width in zip("ab", widths, strict=False):
            model.add_module(f"conv{number}{letter}", snn.Conv3d(in_channels, width, 3, padding=1))
            model.add_module(f"relu{number}{letter}", nn.ReLU())
            in_channels = width
        # The first keeps all frames; the fifth has a border, so that 7 x 7 gives 4 x 4.
        kernel = (1 if number == 1 else 2, 2, 2)
        padding = (0, 1, 1) if number == 5 else (0, 0, 0)
        model.add_module(f"pool{number}", snn.MaxPool3d(kernel, kernel, padding))
        if any(n + 2 * p < k for n, k, p in zip(size, kernel, padding, strict=True)):
            raise ValueError(
                f"volume_size of {name} must leave something to pool, but of {tuple(volume_size)} pool{number} gets "
                f"{size}; make the volumes larger"
            )
        size = Geometry.of(kernel, kernel, [(p, p) for p in padding]).output_size(size)
    model.add_module("flatten", nn.Flatten())
    depth, height, width = size
    features = in_channels * depth * height * width
    for number in (6, 7):
        model.add_module(f"fc{number}", nn.Linear(features, hidden))
        model.add_module(f"relu{number}", nn.ReLU())
        model.add_module(f"drop{number}", nn.Dropout(drop))
        features = hidden
    model.add_module("fc8", nn.Linear(features, classes))
    return model
