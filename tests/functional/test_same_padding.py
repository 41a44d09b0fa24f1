"""`padding="same"` is TensorFlow's SAME in convolution, pooling and transposed convolution, value for value.

The formulas are those of TensorFlow's notes on padding (tf.nn) and, for the transposed, of jax.lax.conv_transpose.
"""

from itertools import product
from math import ceil

import numpy as np
import pytest
import strategies
import torch

import striate.functional as SF

WINDOWS = list(product((1, 2, 3, 4), (1, 2, 3, 4, 5, 6), (1, 2, 3)))  # stride, odd and even kernels, dilation
SIZES = range(1, 13)


def first_and_outputs(n, k, s, d):
    extent = d * (k - 1) + 1
    outputs = ceil(n / s)
    total = max((outputs - 1) * s + extent - n, 0)
    return total // 2, outputs


def seen(n, k, s, d, o):
    """The (tap, element) pairs that output `o` reads."""
    before, _ = first_and_outputs(n, k, s, d)
    places = [(t, o * s - before + t * d) for t in range(k)]
    return [(t, p) for t, p in places if 0 <= p < n]


def signals(n, k, seed=0):
    return strategies.whole_numbers((n,), seed), strategies.whole_numbers((k,), seed + 1)


def column(tensor):
    return tensor.reshape(1, 1, -1)


@pytest.mark.parametrize(("s", "k", "d"), WINDOWS)
def test_convolution(s, k, d):
    for n in SIZES:
        x, w = signals(n, k)
        _, outputs = first_and_outputs(n, k, s, d)
        expected = [sum(w[t].item() * x[p].item() for t, p in seen(n, k, s, d, o)) for o in range(outputs)]
        assert SF.conv1d(column(x), column(w), None, s, "same", d).flatten().tolist() == expected, n


@pytest.mark.parametrize(("s", "k", "d"), WINDOWS)
def test_pooling(s, k, d):
    for n in SIZES:
        x, _ = signals(n, k)
        windows = [[x[p].item() for _, p in seen(n, k, s, d, o)] for o in range(first_and_outputs(n, k, s, d)[1])]
        average = [sum(window) / len(window) if window else 0.0 for window in windows]  # TensorFlow counts no padding
        result = SF.avg_pool1d(column(x), (k,), s, "same", count_include_pad=False, dilation=d)
        np.testing.assert_allclose(result.flatten().numpy(), average, rtol=1e-15)
        if all(windows):
            assert SF.max_pool1d(column(x), (k,), s, "same", d).flatten().tolist() == list(map(max, windows)), n


@pytest.mark.parametrize(("s", "k", "d"), WINDOWS)
def test_transposed_convolution(s, k, d):
    for n in SIZES:
        x, w = signals(n, k)
        gradient = np.zeros(n * s)  # of the SAME convolution of n * s elements, TensorFlow's definition
        for o in range(n):
            for t, p in seen(n * s, k, s, d, o):
                gradient[p] += w[t].item() * x[o].item()
        result = SF.conv_transpose1d(column(x), column(w), None, s, "same", dilation=d).flatten().tolist()
        assert result == gradient.tolist(), n
        assert result == by_jax(x.numpy(), w.numpy(), s, d), n


def by_jax(x, w, s, d):
    """Zeros between the elements, padding by JAX's formula, the kernel reversed."""
    extent = d * (len(w) - 1) + 1
    total = extent + s - 2
    before = extent - 1 if s > extent - 1 else ceil(total / 2)
    spread = np.zeros((len(x) - 1) * s + 1)
    spread[::s] = x
    padded = np.pad(spread, (before, total - before))
    count = len(padded) - extent + 1
    return [sum(w[::-1][t] * padded[o + t * d] for t in range(len(w))) for o in range(count)]


def test_convolution_by_hand():
    x = torch.tensor([1.0, 2, 3, 4, 5, 6])
    for k, s, d, expected in [
        (3, 2, 1, [1 + 2 * 10 + 3 * 100, 3 + 4 * 10 + 5 * 100, 5 + 6 * 10]),  # one zero, after
        (2, 1, 1, [1 + 20, 2 + 30, 3 + 40, 4 + 50, 5 + 60, 6]),  # an even kernel looks ahead
        (3, 3, 1, [1 + 20 + 300, 4 + 50 + 600]),  # tiles: no padding
        (3, 4, 2, [2 * 10 + 4 * 100, 4 + 6 * 10]),  # total 3, one before, two after: taps at -1, 1, 3 and 3, 5, 7
    ]:
        w = 10.0 ** torch.arange(k)
        assert SF.conv1d(column(x), column(w), None, s, "same", d).flatten().tolist() == expected, (k, s, d)


def test_pooling_by_hand():
    x = column(torch.tensor([10.0, 20]))
    assert SF.avg_pool1d(x, 3, 2, "same", count_include_pad=False).flatten().tolist() == [15]
    x = column(torch.tensor([-1.0, -5, -2, -3]))
    assert SF.max_pool1d(x, 2, 1, "same").flatten().tolist() == [-1, -2, -2, -3]  # padding never wins
    assert SF.max_pool1d(x, 3, 3, "same").flatten().tolist() == [-1, -2]  # one before, one after


def test_transposed_convolution_by_hand():
    x = column(torch.tensor([1.0, 10, 100]))
    three, two = column(torch.tensor([1.0, 2, 3])), column(torch.tensor([1.0, 2]))
    for weight, stride, expected in [
        (three, 1, [12, 123, 230]),
        (three, 2, [1, 2, 13, 20, 130, 200]),
        (three, 4, [1, 2, 3, 0, 10, 20, 30, 0, 100, 200, 300, 0]),
        (two, 1, [1, 12, 120]),
        (two, 2, [1, 2, 10, 20, 100, 200]),
    ]:
        assert SF.conv_transpose1d(x, weight, None, stride, "same").flatten().tolist() == expected, stride
    one_off = torch.nn.functional.conv_transpose1d(x, three, stride=2, padding=1, output_padding=1)
    assert one_off.flatten().tolist() == [2, 13, 20, 130, 200, 300]  # of the right size, and shifted


def test_two_axes_and_same_lower():
    image, kernel = strategies.whole_numbers((1, 1, 7, 6), 0), strategies.whole_numbers((1, 1, 3, 4), 1)
    row = torch.nn.functional.pad(image, (1, 1, 1, 1))  # 7 by 6 with stride 2: totals 2 and 2
    result = SF.conv2d(image, kernel, stride=2, padding="same")
    torch.testing.assert_close(result, torch.conv2d(row, kernel, stride=2), rtol=0, atol=0)
    lower = SF.conv1d(column(torch.arange(1.0, 7)), column(torch.tensor([1.0, 10])), padding="same_lower")
    assert lower.flatten().tolist() == [10, 21, 32, 43, 54, 65]  # the odd zero stands before
