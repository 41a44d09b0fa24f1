"""Oriented detectors and what pools them, by hand or learnt: simple cells, complex cells and a linear readout.

Source: D. H. Hubel, T. N. Wiesel, "Receptive fields, binocular interaction and functional architecture in the cat's
visual cortex", J. Physiology 160, 1962: text-figures 2 and 19 for the fields of simple cells, 20 for complex cells as
what is driven by many simple ones. The functions of the fields are J. G. Daugman's, 1985.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

import striate.nn as snn
from striate.arithmetic.arguments import choice, integer
from striate.filters import gabor
from striate.models.image_size import refuse_smaller
from striate.models.registry import Recipe, register

PAPER = (
    'Hubel, Wiesel, "Receptive fields, binocular interaction and functional architecture in the cat\'s visual cortex", '
    "J. Physiology 160, 1962"
)

PHASES = (0.0, 180.0, 90.0, 270.0)  # a bright line, a dark one, and an edge of either polarity
WAVELENGTH, SIZE = 5.0, 9  # pixels: the line of phase 0 is as wide as a stroke of MNIST, and the bell reaches the frame
POOL = 4


def oriented_fields(orientations: int = 8) -> Tensor:
    """Return the fields of simple cells, (4 orientations, 1, 9, 9), each of norm 1: first all bright lines.

    They are Gabor functions: of each orientation a bright line, a dark one, and an edge of either polarity.

    Args:
        orientations: evenly over 180 degrees.

    >>> oriented_fields(2).shape
    torch.Size([8, 1, 9, 9])
    """
    fields = torch.cat([gabor(WAVELENGTH, orientations, phase=phase, size=SIZE) for phase in PHASES])
    return _of_norm_1(fields)


@register(
    "oriented-bank",
    paper=f"After {PAPER}",
    year=1962,
    recipe=Recipe(epochs=3, batch_size=128, optimizer="adamw", lr=5e-3, weight_decay=0.01),
)
def oriented_bank(
    *,
    in_channels: int = 1,
    image_size: tuple[int, int] = (28, 28),
    classes: int = 10,
    bank: str = "oriented",
    learned: bool = False,
    orientations: int = 8,
) -> nn.Sequential:
    """Build a bank of detectors, rectified and pooled, under a linear readout.

    A simple cell is a filter and a rectifier; a complex one is the mean of the simple cells of one field over 4 x 4
    places. Each map of complex cells is brought to mean 0 and deviation 1 before it is read out.

    Args:
        in_channels: channels of an image; an oriented field sees their mean.
        image_size: height and width of an image, at least 4.
        classes: how many there are to tell apart.
        bank: the filters at first: "oriented" by hand, or "random", as many of the same size and norm.
        learned: whether training changes the filters, or the readout alone.
        orientations: each has four filters.

    Raises:
        ValueError: an image too small, an unknown bank, no orientation.

    >>> model = oriented_bank()
    >>> [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    ['readout.weight', 'readout.bias']
    """
    refuse_smaller("oriented-bank", image_size, POOL)
    choice(bank, ("oriented", "random"), "bank")
    cells = len(PHASES) * integer(orientations, "orientations", 1)
    height, width = (side // POOL for side in image_size)
    simple = snn.Conv2d(in_channels, cells, SIZE, padding="same", bias=False)
    fields = oriented_fields(orientations).expand(-1, in_channels, -1, -1) if bank == "oriented" else None
    with torch.no_grad():
        simple.weight.copy_(_of_norm_1(torch.randn_like(simple.weight) if fields is None else fields))
    simple.weight.requires_grad_(learned)
    return nn.Sequential(
        OrderedDict(
            simple=simple,
            rectifier=nn.ReLU(),
            complex=snn.AvgPool2d(POOL),
            norm=nn.BatchNorm2d(cells, affine=False),
            flatten=nn.Flatten(),
            readout=nn.Linear(cells * height * width, classes),
        )
    )


def _of_norm_1(fields: Tensor) -> Tensor:
    unit: Tensor = fields / torch.linalg.vector_norm(fields, dim=(1, 2, 3), keepdim=True)
    return unit
