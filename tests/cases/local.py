"""Locally connected layers."""

import striate.nn as snn
from cases.case import Case

CASES = [
    Case(
        "LocallyConnected1d",
        lambda: snn.LocallyConnected1d(3, 4, 3, 9, stride=2, padding="same"),
        (2, 3, 9),
        (2, 4, 5),
        (2, 2, 9),
        "channels",
        lazy=lambda: snn.LazyLocallyConnected1d(4, 3, stride=2, padding="same"),
    ),
    Case(
        "LocallyConnected2d",
        lambda: snn.LocallyConnected2d(
            4, 6, 3, (5, 6), padding=((0, 2), (1, 0)), groups=2, padding_mode="symmetric", shared_bias=True
        ),
        (2, 4, 5, 6),
        (2, 6, 5, 5),
        (2, 4, 5, 5),
        r"input must have spatial size \(5, 6\)",
        lazy=lambda: snn.LazyLocallyConnected2d(
            6, 3, padding=((0, 2), (1, 0)), groups=2, padding_mode="symmetric", shared_bias=True
        ),
    ),
    Case(
        "LocallyConnected3d",
        lambda: snn.LocallyConnected3d(2, 3, 2, (4, 5, 4), dilation=2),
        (2, 2, 4, 5, 4),
        (2, 3, 2, 3, 2),
        (2, 1, 4, 5, 4),
        "channels",
        lazy=lambda: snn.LazyLocallyConnected3d(3, 2, dilation=2),
    ),
    Case(
        "LocallyConnectedTranspose1d",
        lambda: snn.LocallyConnectedTranspose1d(3, 4, 3, 5, stride=2, padding="same", flip=True),
        (2, 3, 5),
        (2, 4, 10),
        (2, 2, 5),
        "channels",
        lazy=lambda: snn.LazyLocallyConnectedTranspose1d(4, 3, stride=2, padding="same", flip=True),
    ),
    Case(
        "LocallyConnectedTranspose2d",
        lambda: snn.LocallyConnectedTranspose2d(
            4, 6, 3, (5, 4), padding=((0, 2), (1, 0)), groups=2, padding_mode="circular", shared_bias=True
        ),
        (2, 4, 5, 4),
        (2, 6, 5, 5),
        (2, 4, 5, 5),
        r"input must have spatial size \(5, 4\)",
        lazy=lambda: snn.LazyLocallyConnectedTranspose2d(
            6, 3, padding=((0, 2), (1, 0)), groups=2, padding_mode="circular", shared_bias=True
        ),
    ),
    Case(
        "LocallyConnectedTranspose3d",
        lambda: snn.LocallyConnectedTranspose3d(2, 3, 2, (2, 3, 2), stride=2, output_padding=(1, 0, 0)),
        (2, 2, 2, 3, 2),
        (2, 3, 5, 6, 4),
        (2, 1, 2, 3, 2),
        "channels",
        lazy=lambda: snn.LazyLocallyConnectedTranspose3d(3, 2, stride=2, output_padding=(1, 0, 0)),
    ),
]
