import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from striate.arithmetic import Window

sizes = st.integers(1, 30)
windows = st.builds(
    Window, st.integers(1, 6), st.integers(1, 5), st.integers(1, 4), st.integers(-2, 7), st.integers(-2, 7)
)


def positions(window, size):
    """Slide the window by hand: starts of all that fit in the padded signal."""
    return [
        start
        for start in range(0, size + window.before + window.after, window.stride)
        if start + window.dilation * (window.kernel - 1) < size + window.before + window.after
    ]


@given(windows, sizes)
def test_output_size_counts_the_positions_that_fit(window, size):
    fitting = positions(window, size)
    if fitting:
        assert window.output_size(size) == len(fitting)
    else:
        with pytest.raises(ValueError, match="larger than the padded input size"):
            window.output_size(size)


@given(windows, sizes)
def test_leftover_counts_what_no_window_reaches(window, size):
    fitting = positions(window, size)
    if fitting:
        end = fitting[-1] + window.dilation * (window.kernel - 1) + 1
        assert window.leftover(size) == size + window.before + window.after - end
        assert window.tiles(size) == (window.leftover(size) == 0)


@given(windows, sizes, st.integers(0, 20))
def test_taps_inside_read_elements_of_the_input(window, size, output):
    expected = [
        tap
        for tap in range(window.kernel)
        if 0 <= output * window.stride - window.before + tap * window.dilation < size + min(window.after, 0)
    ]
    assert list(window.taps_inside(size, output)) == expected


@given(st.integers(1, 20), st.integers(1, 5), st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.booleans())
def test_pooling_sizes_are_torchs(size, kernel, stride, dilation, padding, ceil_mode):
    padding = min(padding, kernel // 2)
    window = Window(kernel, stride, dilation, padding, padding)
    if size + 2 * padding >= window.extent:
        pooled = torch.nn.functional.max_pool1d(torch.zeros(1, 1, size), kernel, stride, padding, dilation, ceil_mode)
        assert window.output_size(size, ceil_mode=ceil_mode) == pooled.shape[2]


def test_ceil_mode_drops_a_window_that_starts_in_the_padding_behind():
    assert Window(4, 4, 1, 2, 2).output_size(9, ceil_mode=True) == 3


@given(windows, sizes)
def test_transposed_size_inverts_output_size(window, size):
    if not positions(window, size):
        return
    outputs = window.output_size(size)
    back = (outputs - 1) * window.stride + window.extent - window.before - window.after
    if back < 1:
        with pytest.raises(ValueError, match="it must make at least 1"):
            window.transposed_size(outputs)
        return
    assert window.transposed_size(outputs) == back
    if size - back < window.stride:
        padding = window.output_padding_for(outputs, size)
        assert padding == window.leftover(size)
        assert window.transposed_size(outputs, padding) == size


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel": 0}, "kernel must be at least 1, but got 0"),
        ({"kernel": 3, "stride": 0}, "stride must be at least 1, but got 0"),
        ({"kernel": 3, "dilation": -1}, "dilation must be at least 1, but got -1"),
    ],
)
def test_sizes_below_one_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Window(**arguments)


def test_a_fraction_is_refused():
    with pytest.raises(TypeError, match=r"before must be an int, but got 0.5 of type float"):
        Window(3, before=0.5)


def test_kernel_larger_than_the_padded_input_tells_both_sizes():
    with pytest.raises(ValueError, match=r"kernel size 3 \(extent 7 with dilation 3\) is larger than the padded input"):
        Window(3, dilation=3, before=1).output_size(5)
    with pytest.raises(ValueError, match=r"size 5 \(input 4, padding 1 before and 0 after\)"):
        Window(6, before=1).output_size(4)


@pytest.mark.parametrize("output_padding", [-1, 3])
def test_output_padding_has_limits(output_padding):
    with pytest.raises(ValueError, match=f"stride 2 and dilation 3, but got {output_padding}"):
        Window(3, stride=2, dilation=3).transposed_size(4, output_padding)


def test_output_size_of_a_transposed_window_has_limits():
    window = Window(3, stride=2, before=1, after=1)
    assert window.output_padding_for(4, 8) == 1
    with pytest.raises(ValueError, match="output_size must be from 7 to 8 for an input of 4 with stride 2, but got 9"):
        window.output_padding_for(4, 9)
