"""Every relationship of V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016.

i, k, s, p, d are theirs: input, kernel, stride, padding, dilation; o the output; a the leftover.
"""

from hypothesis import assume, given
from hypothesis import strategies as st

from striate.arithmetic import Window, padding_amounts

inputs, kernels, strides, paddings = st.integers(1, 40), st.integers(1, 9), st.integers(1, 6), st.integers(0, 8)


def window(k, s=1, p=0, d=1):
    return Window(k, s, d, p, p)


@given(inputs, kernels)
def test_relationship_1_no_padding_unit_strides(i, k):
    assume(i >= k)
    assert window(k).output_size(i) == (i - k) + 1


@given(inputs, kernels, paddings)
def test_relationship_2_padding_unit_strides(i, k, p):
    assume(i + 2 * p >= k)
    assert window(k, p=p).output_size(i) == (i - k) + 2 * p + 1


@given(inputs, kernels.filter(lambda k: k % 2))
def test_relationship_3_half_padding(i, k):
    assert padding_amounts("same", i, k) == (k // 2, k // 2)
    assert window(k, p=k // 2).output_size(i) == i


@given(inputs, kernels)
def test_relationship_4_full_padding(i, k):
    assert padding_amounts("full", i, k) == (k - 1, k - 1)
    assert window(k, p=k - 1).output_size(i) == i + (k - 1)


@given(inputs, kernels, strides)
def test_relationship_5_no_padding_strided(i, k, s):
    assume(i >= k)
    assert window(k, s).output_size(i) == (i - k) // s + 1


@given(inputs, kernels, strides, paddings)
def test_relationship_6_padding_strided(i, k, s, p):
    assume(i + 2 * p >= k)
    assert window(k, s, p).output_size(i) == (i + 2 * p - k) // s + 1
    assert window(k, s, p).leftover(i) == (i + 2 * p - k) % s


@given(inputs, kernels, strides)
def test_relationship_7_pooling(i, k, s):
    assume(i >= k)
    assert window(k, s).output_size(i) == (i - k) // s + 1


@given(inputs, kernels)
def test_relationship_8_no_padding_unit_strides_transposed(i, k):
    assert window(k).transposed_size(i) == i + (k - 1) == window(k, p=k - 1).output_size(i)


@given(inputs, kernels, paddings)
def test_relationship_9_padding_unit_strides_transposed(i, k, p):
    assume(p <= k - 1 and i + (k - 1) - 2 * p > 0)
    assert window(k, p=p).transposed_size(i) == i + (k - 1) - 2 * p == window(k, p=k - p - 1).output_size(i)


@given(inputs, kernels.filter(lambda k: k % 2))
def test_relationship_10_half_padding_transposed(i, k):
    assert window(k, p=k // 2).transposed_size(i) == i


@given(inputs, kernels)
def test_relationship_11_full_padding_transposed(i, k):
    assume(i > k - 1)
    assert window(k, p=k - 1).transposed_size(i) == i - (k - 1)


@given(inputs, kernels, strides)
def test_relationship_12_no_padding_strided_transposed(i, k, s):
    assert window(k, s).transposed_size(i) == s * (i - 1) + k


@given(inputs, kernels, strides, paddings)
def test_relationship_13_padding_strided_transposed(i, k, s, p):
    assume(s * (i - 1) + k - 2 * p > 0)
    assert window(k, s, p).transposed_size(i) == s * (i - 1) + k - 2 * p


@given(inputs, kernels, strides, paddings)
def test_relationship_14_leftover_transposed(i, k, s, p):
    assume(i + 2 * p >= k)
    a = (i + 2 * p - k) % s
    outputs = window(k, s, p).output_size(i)
    assume(s * (outputs - 1) + k - 2 * p > 0)
    assert window(k, s, p).transposed_size(outputs, a) == s * (outputs - 1) + a + k - 2 * p == i


@given(inputs, kernels, strides, paddings, st.integers(1, 4))
def test_relationship_15_dilated(i, k, s, p, d):
    assume(i + 2 * p >= k + (k - 1) * (d - 1))
    assert window(k, s, p, d).extent == k + (k - 1) * (d - 1)
    assert window(k, s, p, d).output_size(i) == (i + 2 * p - k - (k - 1) * (d - 1)) // s + 1
