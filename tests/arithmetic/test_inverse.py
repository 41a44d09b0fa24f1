import pytest
from hypothesis import given
from hypothesis import strategies as st

from striate.arithmetic import Window, input_sizes, padding_totals, solve_padding

kernels, strides, dilations = st.integers(1, 6), st.integers(1, 5), st.integers(1, 3)


@given(kernels, strides, dilations, st.integers(0, 4), st.integers(0, 4), st.integers(1, 12))
def test_input_sizes_are_all_that_give_the_output(kernel, stride, dilation, before, after, output):
    window = Window(kernel, stride, dilation, before, after)
    giving = [n for n in range(120) if n + before + after >= window.extent and window.output_size(n) == output]
    assert list(input_sizes(window, output)) == giving


@given(st.integers(1, 30), st.integers(1, 20), kernels, strides, dilations)
def test_padding_totals_are_all_that_give_the_output(size, output, kernel, stride, dilation):
    totals = padding_totals(size, output, kernel, stride, dilation)
    assert len(totals) == stride
    for total in (totals.start - 1, *totals, totals.stop):
        window = Window(kernel, stride, dilation, 0, total)
        gives = size + total >= window.extent and window.output_size(size) == output
        assert gives == (total in totals)


@given(st.integers(1, 30), st.integers(1, 20), kernels, strides, dilations)
def test_solved_padding_gives_the_output(size, output, kernel, stride, dilation):
    before, after = solve_padding(size, output, kernel, stride, dilation)
    assert Window(kernel, stride, dilation, before, after).output_size(size) == output
    assert after - before in {0, 1}


def test_an_output_without_elements_is_refused():
    with pytest.raises(ValueError, match="output must be at least 1, but got 0"):
        solve_padding(5, 0, 3)
