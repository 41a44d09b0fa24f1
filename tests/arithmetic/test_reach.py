from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from striate.arithmetic import Reach, ReceptiveField, Window

WINDOWS = st.builds(Window, st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(-2, 4))


def read(window, transposed, output):
    """The inputs of one output by the definition."""
    taps = [t * window.dilation for t in range(window.kernel)]
    if not transposed:
        return [output * window.stride - window.before + t for t in taps]
    places = [output + window.before - t for t in taps]
    return [place // window.stride for place in places if place % window.stride == 0]


@given(st.lists(st.tuples(WINDOWS, st.booleans()), max_size=4), st.integers(-20, 40))
def test_chains_read_what_the_definition_says(chain, output):
    reach, seen = Reach(), {output}
    for window, transposed in chain:
        reach = reach.through(Reach.of_transposed(window) if transposed else Reach.of_window(window))
    for window, transposed in reversed(chain):
        seen = {place for o in seen for place in read(window, transposed, o)}
    span = reach.of(output)
    # between the first and the last there may be gaps, and at the ends of a gap another layer may read nothing
    if not any(transposed for _, transposed in chain):
        assert span == (min(seen), max(seen))
    elif seen:
        assert span[0] <= min(seen)
        assert max(seen) <= span[1]


@given(st.lists(WINDOWS, max_size=5))
def test_without_transposes_it_is_the_field_of_three_numbers(windows):
    reach, field = Reach(), ReceptiveField()
    size, jump, offset = 1, 1, 0
    for window in windows:
        reach, field = reach.through(Reach.of_window(window)), field.through(window)
        size, jump, offset = size + (window.extent - 1) * jump, jump * window.stride, offset - window.before * jump
    assert reach.field == field == ReceptiveField(size, jump, offset)


def test_a_window_undone_by_its_transpose():
    """Pooling by 2 and a transposed window of 2 and stride 2: pairs of outputs see the same pair of inputs."""
    reach = Reach.of_window(Window(2, 2)).through(Reach.of_transposed(Window(2, 2)))
    assert reach == Reach(((0, 1), (0, 1)), 2)
    assert (reach.size, reach.jump, reach.centre, reach.end) == (2, 1, Fraction(0), Fraction(1, 2))


def test_a_kernel_smaller_than_its_stride_leaves_outputs_that_read_nothing():
    reach = Reach.of_transposed(Window(1, 2))
    assert (reach.of(0), reach.of(1), reach.of(4)) == ((0, 0), None, (2, 2))
    assert reach.through(Reach.of_window(Window(3, before=1))).spans == ((0, 0), (0, 1))


def test_joins_take_the_hull():
    narrow, wide = Reach(), Reach.of_window(Window(5, before=2))
    assert Reach.joined([narrow, wide], 10) == wide
    assert Reach.joined([narrow, Reach.whole(8)], 8) == Reach(((0, 7),), 0)
    double = Reach(((0, 0), (0, 0)), 1)
    assert Reach.joined([double, Reach(((0, 0), (1, 1)), 1)], 4).spans == ((0, 0), (0, 1))


def test_the_shortest_period_is_found():
    assert Reach(((0, 1), (2, 3), (4, 5)), 6).shortest() == Reach(((0, 1),), 2)
    assert Reach(((0, 1), (0, 1)), 1).shortest() == Reach(((0, 1), (0, 1)), 1)
    assert Reach(((0, 3), (0, 3)), 0).shortest() == Reach(((0, 3),), 0)


def test_a_long_period_is_cut_to_the_outputs_there_are():
    reach = Reach(tuple((o * 3 // 7, o * 3 // 7) for o in range(7)), 3)
    assert reach.bounded(7) is reach
    assert reach.bounded(4) == Reach(reach.spans[:4], 2)


def test_fractional_jumps_in_the_field():
    field = Reach(((0, 1), (0, 1), (0, 1)), 2).field
    assert field == ReceptiveField(2, Fraction(2, 3), 0)
    assert [field.of(output) for output in (0, 1, 3)] == [range(2), range(2), range(2, 4)]
