import pytest
from hypothesis import given
from hypothesis import strategies as st

from striate.arithmetic import PADDING_WORDS, Geometry
from striate.arithmetic.unpooling import unpooled_size

PADDINGS = st.sampled_from(PADDING_WORDS) | st.tuples(st.tuples(st.integers(-1, 3), st.integers(-1, 3)))


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 2), PADDINGS, st.integers(1, 6))
def test_the_possible_sizes_are_those_that_pool_to_the_inputs(kernel, stride, dilation, padding, size):
    geometry = Geometry.of((kernel,), stride, padding, dilation)

    def pools_to(n, **mode):
        try:
            return geometry.output_size((n,), **mode)[0]
        except ValueError:
            return None

    restored = {n for n in range(1, 60) if pools_to(n) == size}
    ceil = {n for n in range(1, 60) if pools_to(n, ceil_mode=True) == size}
    if not restored:
        return
    try:
        assert unpooled_size(geometry, (size,))[0] in restored
    except ValueError:
        assert pools_to(0) == size  # what the windows cover is all padding
    for n in restored:
        assert unpooled_size(geometry, (size,), (n,)) == (n,)
    with pytest.raises(ValueError, match="output_size must be from"):
        unpooled_size(geometry, (size,), (max(restored | ceil) + 1,))


def test_the_refusal_gives_the_sizes():
    with pytest.raises(
        ValueError, match="output_size must be from 6 to 8 along spatial axis 1, whose input has 4 elements, but got 9"
    ):
        unpooled_size(Geometry.of((3, 3), 2, 1), (3, 4), (5, 9))
    assert unpooled_size(Geometry.of((3, 3), 2, 1), (3, 4)) == (5, 7)
    assert unpooled_size(Geometry.of((3, 3), 2, "same"), (3, 4)) == (6, 8)
