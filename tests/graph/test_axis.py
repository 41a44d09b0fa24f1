import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from striate.arithmetic import Reach, Window, source_index
from striate.graph.axis import NOTHING, Chain, Gathered, Resized, Same, Sliding, TransposedSliding, Union, Whole

MODES = ("zeros", "reflect", "symmetric", "replicate", "circular")


@st.composite
def slidings(draw):
    size = draw(st.integers(1, 9))
    window = Window(*(draw(st.integers(1, 3)) for _ in range(3)), draw(st.integers(0, 5)), draw(st.integers(0, 5)))
    if window.extent > window.padded_size(size):
        window = Window(1)
    return Sliding(size, window.output_size(size), window, draw(st.sampled_from(MODES)))


@given(slidings())
def test_taps_follow_the_border_rule(map):
    for output in range(map.outputs):
        start = output * map.window.stride - map.window.before
        for tap, position in map.taps(output):
            assert position == source_index(start + tap * map.window.dilation, map.inputs, map.mode)


@given(slidings())
def test_the_transpose_is_the_same_pairs_read_backwards(map):
    transpose = TransposedSliding(map.outputs, map.inputs, map.window, map.mode)
    pairs = {(o, i) for o in range(map.outputs) for i in map.table[o].tolist() if i != NOTHING}
    back = {(o, i) for i in range(map.inputs) for o in transpose.table[i].tolist() if o != NOTHING}
    assert pairs == back


@given(slidings(), st.data())
def test_needs_are_the_taps_of_the_marked(map, data):
    marks = np.array(data.draw(st.lists(st.booleans(), min_size=map.outputs, max_size=map.outputs)), dtype=bool)
    expected = {p for o in np.flatnonzero(marks) for _, p in map.taps(int(o)) if p is not None}
    assert set(np.flatnonzero(map.needs(marks)).tolist()) == expected


def test_a_padding_and_a_window_are_one():
    pad = Sliding(8, 12, Window(1, before=2, after=2), "circular")
    window = Sliding(12, 4, Window(5, 2))
    assert window.after(pad) == Sliding(8, 4, Window(5, 2, before=2, after=2), "circular")
    assert isinstance(pad.after(window), Chain)


def test_chains_and_unions():
    first, last = Sliding(9, 7, Window(3)), Resized(7, 14, Reach(((0, 0), (0, 0)), 1))
    chain = last.after(first)
    assert chain.taps(3) == ((0, 1), (1, 2), (2, 3))
    assert chain.step == first.step.through(last.step)
    assert np.flatnonzero(chain.needs(np.arange(14) == 3)).tolist() == [1, 2, 3]
    union = Union.of([Same(9, 9), Sliding(9, 9, Window(3, before=1, after=1))])
    assert union.step == Reach(((-1, 1),), 1)
    assert np.flatnonzero(union.needs(np.arange(9) == 0)).tolist() == [0, 1]
    assert Union.of([Same(9, 9), Same(9, 9)]) == Same(9, 9)
    assert Same(7, 7).after(first) is first
    assert Whole(7, 1).after(Whole(9, 7)) == Whole(9, 1)


def test_a_whole_axis():
    whole = Whole(4, 2)
    assert whole.is_whole
    assert whole.needs(np.array([False, True])).all()
    assert not whole.needs(np.array([False, False])).any()
    assert whole.taps(1) == ((0, 0), (1, 1), (2, 2), (3, 3))


@pytest.mark.parametrize(
    ("sources", "jump"), [((4, 3, 2, 1, 0), -1), ((1, 3), 2), ((0, 1, 2, 3, 4), 1), ((2,), 1), ((2, 2, 2), 0)]
)
def test_gathered_positions_keep_their_pace(sources, jump):
    map = Gathered.of(5, sources)
    assert map.step.jump == jump
    assert [position for output in range(map.outputs) for _, position in map.taps(output)] == list(sources)


def test_what_hangs_over_the_end_is_counted():
    assert Sliding(12, 3, Window(4, 3)).unread == 2
    assert Sliding(7, 4, Window(2, 2)).unread == 0  # the last window of ceil mode hangs over
