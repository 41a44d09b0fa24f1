"""Mixed dilation, and the shuffle between groups."""

import striate.nn as snn
from cases.case import Case

CASES = [
    Case(
        "MixedDilationConv1d",
        lambda: snn.MixedDilationConv1d(3, 5, 3, (1, 3), 2, "same"),
        (2, 3, 9),
        (2, 5, 5),
        (2, 2, 9),
        "channels",
        lazy=lambda: snn.LazyMixedDilationConv1d(5, 3, (1, 3), 2, "same"),
    ),
    Case(
        "MixedDilationConv2d",
        lambda: snn.MixedDilationConv2d(
            4, 6, 3, (1, (2, 1), 2), padding=((2, 3), (1, 2)), groups=2, padding_mode="reflect"
        ),
        (2, 4, 5, 6),
        (2, 6, 6, 5),
        (2, 3, 5, 6),
        "channels",
        lazy=lambda: snn.LazyMixedDilationConv2d(
            6, 3, (1, (2, 1), 2), padding=((2, 3), (1, 2)), groups=2, padding_mode="reflect"
        ),
    ),
    Case(
        "MixedDilationConv3d",
        lambda: snn.MixedDilationConv3d(2, 4, 2, (1, 2), padding=0, bias=False),
        (2, 2, 4, 5, 4),
        (2, 4, 2, 3, 2),
        (2, 1, 4, 5, 4),
        "channels",
        lazy=lambda: snn.LazyMixedDilationConv3d(4, 2, (1, 2), padding=0, bias=False),
    ),
    *(
        Case(
            f"ChannelShuffle, {ndim} axes",
            lambda: snn.ChannelShuffle(3),
            (2, 6, *(4,) * ndim),
            (2, 6, *(4,) * ndim),
            (2, 5, *(4,) * ndim),
            "channels, which groups 3 does not divide",
            unbatched=False,
        )
        for ndim in (1, 2, 3)
    ),
]
