import pytest
from hypothesis import given
from hypothesis import strategies as st

from striate.arithmetic import PADDING_WORDS, Geometry, TransposedWindow, Window, padding_amounts

small = st.integers(1, 4)
paddings = st.one_of(st.sampled_from(PADDING_WORDS), st.tuples(st.integers(-2, 5), st.integers(-2, 5)))


@given(paddings, small, small, st.integers(1, 3), st.integers(1, 12))
def test_every_size_that_a_convolution_turns_into_this_can_be_asked_for(padding, kernel, stride, dilation, size):
    """Asked for `T`, the window turns `size` into T and its convolution T into `size`; others are refused."""
    for wanted in range(1, size * stride + 30):
        before, after = (
            padding_amounts(padding, wanted, kernel, stride, dilation) if isinstance(padding, str) else padding
        )
        room = wanted + before + after - dilation * (kernel - 1) - 1
        arguments = (padding, kernel, stride, dilation)
        if room < 0 or room // stride + 1 != size:
            with pytest.raises(ValueError, match=f"output_size must be from .* for an input of {size} with stride"):
                TransposedWindow.to(wanted, size, *arguments)
            continue
        transposed = TransposedWindow.to(wanted, size, *arguments)
        assert transposed.output_size(size) == wanted
        assert transposed.window == Window(kernel, stride, dilation, before, after)
        assert 0 <= transposed.output_padding < stride


@given(st.sampled_from(("same", "same_lower", "causal")), small, small, st.integers(1, 3), st.integers(1, 12))
def test_words_that_round_up_make_size_times_stride(word, kernel, stride, dilation, size):
    transposed = TransposedWindow.of(word, kernel, stride, dilation)
    assert transposed.output_size(size) == size * stride
    assert transposed == TransposedWindow.to(size * stride, size, word, kernel, stride, dilation)


def test_sizes_by_hand():
    assert Geometry.of((3, 4), stride=2).transposed_size((5, 5)) == (11, 12)
    assert Geometry.of((3, 4), stride=2, padding=((1, 0), (0, 2))).transposed_size((5, 5), (1, 0)) == (11, 10)
    assert Geometry.of((3,), stride=2, dilation=3, padding="full").transposed_size((5,), 2) == (5,)
    assert Geometry.of((3,), padding=-2).transposed_size((5,)) == (11,)
    windows = Geometry.of((3, 3), stride=2, padding="same").transposed_windows(sizes=((4, 4), (7, 8)))
    assert windows == (TransposedWindow(Window(3, 2, 1, 1, 1), 0), TransposedWindow(Window(3, 2, 1, 0, 1), 0))


@pytest.mark.parametrize(
    ("arguments", "output_padding", "message"),
    [
        ({"stride": 2}, 2, "output_padding must be at least 0 and smaller than the larger of stride 2 and dilation 1"),
        ({"stride": 2}, (1, 1), "output_padding must be an int or 1 int, but got 2"),
        ({"stride": 2, "padding": "causal"}, 1, "output_padding must be 0 with padding 'causal'"),
        ({"padding": 9}, 0, "a transposed window with kernel size 3 and padding 9 before and 9 after makes -11"),
    ],
)
def test_what_no_window_has_is_refused(arguments, output_padding, message):
    with pytest.raises(ValueError, match=message):
        Geometry.of((3,), **arguments).transposed_size((5,), output_padding)
