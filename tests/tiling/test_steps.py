"""The closed forms of one step against its table: which outputs an inner end of a window is felt by."""

import numpy as np
import pytest

from striate.arithmetic import Reach, Window
from striate.graph import Gathered, Resized, Same, Sliding, TransposedSliding, Whole
from striate.tiling.steps import step_of

SLIDING = [
    Sliding(20, 20, Window(3, before=1, after=1), "reflect"),
    Sliding(21, 9, Window(5, stride=2, before=1, after=1), "symmetric"),
    Sliding(20, 6, Window(2, stride=3, dilation=4, before=2), "zeros"),
    Sliding(20, 8, Window(5, stride=2)),
    TransposedSliding(12, 24, Window(4, stride=2, before=1, after=1)),
    TransposedSliding(12, 36, Window(2, stride=3)),
    Resized(10, 20, Reach(((-1, 0), (0, 1)), 1)),
    Resized(20, 10, Reach(((0, 1),), 2)),
]


@pytest.mark.parametrize("map", SLIDING, ids=str)
@pytest.mark.parametrize("margin", [0, 1, 4])
def test_margins(map, margin):
    """What reads behind the margin, by the closed form's own spans, taken one by one."""
    step = step_of(map)
    spans = [step.reach.of(output) for output in range(map.outputs)]
    low = [o for o, span in enumerate(spans) if span is not None and span[0] < margin]
    high = [o for o, span in enumerate(spans) if span is not None and span[1] > map.inputs - 1 - margin]
    assert step.low(margin) == max((o + 1 for o in low), default=0)
    assert step.high(margin, map.inputs, map.outputs) == max((map.outputs - o for o in high), default=0)


@pytest.mark.parametrize("mode", ["reflect", "symmetric", "replicate", "circular"])
def test_what_a_transposed_border_folds_back_is_felt(mode):
    window = Window(3, before=3, after=2)
    map = TransposedSliding(20, 17, window, mode)
    plain = TransposedSliding(20, 17, window)
    folded = [o for o in range(17) if needs(map, o) != needs(plain, o)]
    step = step_of(map)
    assert {o for o in folded if o < 8} <= set(range(step.low(0)))
    assert {o for o in folded if o > 8} <= set(range(17 - step.high(0, 20, 17), 17))


def needs(map, output):
    return np.flatnonzero(map.needs(np.arange(map.outputs) == output)).tolist()


def test_a_slice_is_a_step():
    assert step_of(Gathered.of(20, range(3, 15, 2))).reach == Reach(((3, 3),), 2)
    assert step_of(Same(20, 20)).reach == Reach()


@pytest.mark.parametrize(
    "map",
    [
        Whole(20, 1),
        Gathered.of(20, range(19, -1, -1)),
        Gathered.of(20, [3, 1, 2]),
        Resized(100, 99, Reach(tuple((o, o + 1) for o in range(99)), 100)),
        Resized(130, 2, Reach(((0, 64),), 65)),
    ],
    ids=["whole", "flip", "gather", "uneven", "far"],
)
def test_what_is_no_step(map):
    assert step_of(map) is None
