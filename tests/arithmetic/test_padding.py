import pytest
from hypothesis import given
from hypothesis import strategies as st

from striate.arithmetic import Window, padding_amounts

axes = st.tuples(st.integers(1, 40), st.integers(1, 7), st.integers(1, 5), st.integers(1, 4))


@given(axes, st.sampled_from(["same", "same_lower"]))
def test_same_gives_the_input_size_over_the_stride_rounded_up(axis, word):
    size, kernel, stride, dilation = axis
    before, after = padding_amounts(word, size, kernel, stride, dilation)
    assert Window(kernel, stride, dilation, before, after).output_size(size) == -(-size // stride)
    assert (after - before if word == "same" else before - after) in {0, 1}


@given(axes)
def test_same_is_tensorflows_rule(axis):
    size, kernel, stride, dilation = axis
    extent = (kernel - 1) * dilation + 1
    total = max(extent - (size % stride or stride), 0)  # ONNX's and TensorFlow's other way to write it
    assert padding_amounts("same", size, kernel, stride, dilation) == (total // 2, total - total // 2)


@given(axes)
def test_causal_reads_no_element_ahead(axis):
    size, kernel, stride, dilation = axis
    before, after = padding_amounts("causal", size, kernel, stride, dilation)
    window = Window(kernel, stride, dilation, before, after)
    for output in range(window.output_size(size)):
        assert output * stride - before + (kernel - 1) * dilation == output * stride
    assert window.output_size(size) == -(-size // stride)


@given(axes)
def test_full_has_every_position_that_touches_the_signal(axis):
    size, kernel, _, dilation = axis
    before, after = padding_amounts("full", size, kernel, 1, dilation)
    window = Window(kernel, 1, dilation, before, after)
    assert window.output_size(size) == size + dilation * (kernel - 1)
    assert window.taps_inside(size, 0)
    assert window.taps_inside(size, window.output_size(size) - 1)


@pytest.mark.parametrize(
    ("word", "axis", "amounts"),
    [
        ("same", (224, 7, 2, 1), (2, 3)),  # torch's 3 on both sides gives the same size, one pixel off
        ("same_lower", (224, 7, 2, 1), (3, 2)),
        ("same", (10, 1, 3, 1), (0, 0)),
        ("same", (5, 4, 1, 1), (1, 2)),
        ("valid", (5, 4, 1, 1), (0, 0)),
        ("causal", (5, 3, 2, 2), (4, 0)),
        ("full", (5, 3, 1, 2), (4, 4)),
    ],
)
def test_amounts_computed_by_hand(word, axis, amounts):
    assert padding_amounts(word, *axis) == amounts


def test_an_unknown_word_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="padding must be one of 'valid', 'same', 'same_lower', 'full', 'causal'"):
        padding_amounts("SAME", 5, 3)
