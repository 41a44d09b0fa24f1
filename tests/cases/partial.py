"""Partial convolution."""

import torch

import striate.nn as snn
from cases.case import Case


def holes(ndim, channels=1):
    """The input and a mask of its size, two of three places known."""

    def arguments(input):
        batch, size = input.shape[: -ndim - 1], input.shape[-ndim:]
        shape = (*batch, channels, *size)
        places = torch.arange(channels * size.numel()).reshape(channels, *size) % 3 > 0
        return input, places.expand(shape).to(input.dtype)

    return arguments


CASES = [
    Case(
        "PartialConv1d",
        lambda: snn.PartialConv1d(3, 4, 3, stride=2, padding="same", return_mask=False),
        (2, 3, 9),
        (2, 4, 5),
        (2, 2, 9),
        "channels",
        lazy=lambda: snn.LazyPartialConv1d(4, 3, stride=2, padding="same", return_mask=False),
        arguments=holes(1),
    ),
    Case(
        "PartialConv2d",
        lambda: snn.PartialConv2d(4, 6, 3, padding=((0, 2), (1, 0)), groups=2, flip=True, return_mask=False),
        (2, 4, 5, 6),
        (2, 6, 5, 5),
        (2, 3, 5, 6),
        r"mask must have shape \(2, 1, 5, 6\), or \(2, 3, 5, 6\) for one a channel",
        lazy=lambda: snn.LazyPartialConv2d(6, 3, padding=((0, 2), (1, 0)), groups=2, flip=True, return_mask=False),
        arguments=holes(2, 4),
    ),
    Case(
        "PartialConv3d",
        lambda: snn.PartialConv3d(2, 3, 2, padding=1, dilation=2, padding_mode="circular", return_mask=False),
        (2, 2, 4, 5, 4),
        (2, 3, 4, 5, 4),
        (2, 1, 4, 5, 4),
        "channels",
        lazy=lambda: snn.LazyPartialConv3d(3, 2, padding=1, dilation=2, padding_mode="circular", return_mask=False),
        arguments=holes(3),
    ),
]
