"""Masked convolution."""

import torch

import striate.nn as snn
from cases.case import Case


def masked(*cells):
    """The input and a mask of these cells, two of three visible."""

    def arguments(input):
        batch = input.shape[: -len(cells) - 1]
        visible = torch.arange(torch.Size(cells).numel()).reshape(1, *cells) % 3 > 0
        return input, visible.expand((*batch, 1, *cells))

    return arguments


CASES = [
    Case(
        "MaskedConv1d",
        lambda: snn.MaskedConv1d(3, 4, 3, stride=2, padding="same"),
        (2, 3, 12),
        (2, 4, 6),
        (2, 2, 12),
        "channels",
        lazy=lambda: snn.LazyMaskedConv1d(4, 3, stride=2, padding="same"),
        arguments=masked(3),
    ),
    Case(
        "MaskedConv2d",
        lambda: snn.MaskedConv2d(4, 6, 3, padding=((0, 2), (1, 1)), groups=2, padding_mode="symmetric", flip=True),
        (2, 4, 6, 8),
        (2, 6, 6, 8),
        (2, 4, 6, 7),
        r"mask must have cells that divide the input's spatial size \(6, 7\), but has \(3, 2\)",
        lazy=lambda: snn.LazyMaskedConv2d(
            6, 3, padding=((0, 2), (1, 1)), groups=2, padding_mode="symmetric", flip=True
        ),
        arguments=masked(3, 2),
    ),
    Case(
        "MaskedConv3d",
        lambda: snn.MaskedConv3d(2, 3, 2, dilation=2, padding=1),
        (2, 2, 4, 6, 4),
        (2, 3, 4, 6, 4),
        (2, 1, 4, 6, 4),
        "channels",
        lazy=lambda: snn.LazyMaskedConv3d(3, 2, dilation=2, padding=1),
        arguments=masked(2, 3, 2),
    ),
]
