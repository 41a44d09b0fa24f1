"""Patches as columns, and back."""

import striate.nn as snn
from cases.case import Case

CASES = [
    Case(
        "Unfold1d",
        lambda: snn.Unfold((3,), dilation=2, padding="causal", padding_mode="replicate"),
        (2, 3, 7),
        (2, 9, 7),
        (2, 3, 7, 7),
        "dimensions",
    ),
    Case(
        "Unfold3d",
        lambda: snn.Unfold((2, 3, 2), padding=((0, 1), (1, 1), (2, 0)), stride=2, padding_mode="mean"),
        (2, 2, 3, 4, 3),
        (2, 24, 8),
        (2, 2, 3),
        "dimensions",
    ),
    Case(
        "Fold1d",
        lambda: snn.Fold((7,), 3, dilation=2, padding="same", padding_mode="circular"),
        (2, 6, 7),
        (2, 2, 7),
        (2, 6, 8),
        "columns",
    ),
    Case("Fold2d", lambda: snn.Fold((4, 6), (2, 3), stride=(2, 3)), (2, 12, 4), (2, 2, 4, 6), (2, 11, 4), "rows"),
]
