import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF

F = torch.nn.functional


@given(strategies.poolings(), strategies.seeds, st.booleans())
def test_avg_pool_equals_the_definition(drawn, seed, count_include_pad):
    (size, kernel, stride, dilation, amounts), ceil_mode = drawn
    input = strategies.whole_numbers((2, 2, *size), seed).requires_grad_()
    outputs = strategies.pooled_size(*drawn[0], ceil_mode)
    arguments = (size, kernel, stride, dilation, amounts, outputs, count_include_pad)
    expected = oracles.avg_pool(input.detach().numpy(), *arguments)
    result = SF.avg_pool(input, kernel, stride, amounts, ceil_mode, count_include_pad, dilation=dilation)
    np.testing.assert_allclose(result.detach().numpy(), expected, rtol=1e-14, atol=1e-14)
    grad = strategies.whole_numbers(result.shape, seed + 1)
    result.backward(grad)
    probe = strategies.whole_numbers(input.shape, seed + 2)  # <pool(p), g> == <p, gradient>
    pooled = oracles.avg_pool(probe.numpy(), *arguments)
    np.testing.assert_allclose((pooled * grad.numpy()).sum(), (probe * input.grad).sum().item(), rtol=1e-10, atol=1e-10)


def test_words():
    ramp = torch.arange(7.0).reshape(1, 1, 7)
    assert SF.avg_pool(ramp, 2, 2, "same", count_include_pad=False).flatten().tolist() == [0.5, 2.5, 4.5, 6]
    assert SF.avg_pool(ramp, 2, 2, "same_lower", count_include_pad=False).flatten().tolist() == [0, 1.5, 3.5, 5.5]


def test_overhang_is_not_counted():
    assert SF.avg_pool(torch.arange(1.0, 6).reshape(1, 1, 5), 2, ceil_mode=True).flatten().tolist() == [1.5, 3.5, 5]
    padded = SF.avg_pool(torch.arange(6.0).reshape(1, 1, 6), 3, 2, ((1, 1),), True, dilation=1)
    assert padded.flatten().tolist() == pytest.approx([1 / 3, 2, 4, 2.5])


def test_divisor_override():
    input = strategies.whole_numbers((1, 2, 6), 0)
    total = SF.avg_pool(input, 2, divisor_override=1)
    torch.testing.assert_close(total, input[..., ::2] + input[..., 1::2])
    image = strategies.whole_numbers((1, 2, 6, 6), 0)
    torch.testing.assert_close(SF.avg_pool(image, 2, divisor_override=3), F.avg_pool2d(image, 2, divisor_override=3))
    with pytest.raises(ValueError, match="divisor_override must not be 0"):
        SF.avg_pool(input, 2, divisor_override=0)


def test_a_window_in_the_padding_averages_to_zero():
    input = strategies.numbers((1, 1, 3), 0)
    assert SF.avg_pool(input, 2, 2, ((2, 0),), count_include_pad=False)[0, 0, 0] == 0


@pytest.mark.parametrize("dilation", [1, 2])
def test_complex_numbers_are_averaged_by_parts(dilation):
    input = torch.complex(strategies.whole_numbers((2, 3, 8, 7), 0), strategies.whole_numbers((2, 3, 8, 7), 1))
    result = SF.avg_pool(input, 2, padding="same", count_include_pad=False, dilation=dilation)
    for part in ("real", "imag"):
        expected = SF.avg_pool(getattr(input, part), 2, padding="same", count_include_pad=False, dilation=dilation)
        torch.testing.assert_close(getattr(result, part), expected, rtol=0, atol=0)
