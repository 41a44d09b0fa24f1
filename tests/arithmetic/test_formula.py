from math import floor

from hypothesis import assume, given
from hypothesis import strategies as st

from striate.arithmetic import TransposedWindow, Window, size_formula, transposed_size_formula

windows = st.builds(
    Window,
    kernel=st.integers(1, 6),
    stride=st.integers(1, 4),
    dilation=st.integers(1, 3),
    before=st.integers(-2, 5),
    after=st.integers(-2, 5),
)


def both_sides(text):
    left, right = text.split(" = ")
    return eval(left, {"floor": floor}), int(right)


@given(windows, st.integers(1, 20))
def test_the_formula_computes_to_the_output_size(window, size):
    assume(window.padded_size(size) >= window.extent)
    assert both_sides(size_formula(window, size)) == (window.output_size(size),) * 2


@given(windows, st.integers(1, 20), st.integers(0, 3))
def test_the_transposed_formula_computes_to_the_output_size(window, size, extra):
    assume(extra < max(window.stride, window.dilation) and window.transposed_extent(size) > 0)
    axis = TransposedWindow(window, extra)
    assert both_sides(transposed_size_formula(axis, size)) == (axis.output_size(size),) * 2


def test_a_zero_of_no_sign_is_added():
    text = transposed_size_formula(TransposedWindow.of((0, 0), kernel=2), 3)
    assert text == "(3 - 1)*1 + 1*(2 - 1) + 1 + 0 + 0 + 0 = 4"
