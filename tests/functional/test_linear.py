"""What all linear functions of the family share: `flip` reverses every kernel, and complex tensors are their parts."""

from itertools import product

import numpy as np
import pytest
import strategies
import torch

import striate.functional as SF

MASK = torch.tensor([[1.0, 0.0], [1.0, 1.0]]).reshape(1, 1, 2, 2).double()
WINDOW = {"stride": 2, "padding": ((1, 2), (0, 1)), "padding_mode": "symmetric"}


def partial(x, w, **more):
    mask = (strategies.numbers((2, 1, 6, 5), 9) > 0).double()
    return SF.partial_conv(x, w, mask, padding=1, padding_mode="circular", **more)[0]


def both_steps(x, w, **more):
    first, state = SF.causal_conv_step(x[:, :, :4], None, w, dilation=2, padding=1, **more)
    second, _ = SF.causal_conv_step(x[:, :, 4:], state, w, dilation=2, padding=1, **more)
    return torch.cat([first, second], 2)


# The call, the shape of its input, and those of its weights.
CALLS = {
    "conv": (lambda x, w, **more: SF.conv(x, w, groups=2, **WINDOW, **more), (2, 4, 6, 5), [(6, 2, 3, 2)]),
    "conv, input_dilation": (
        lambda x, w, **more: SF.conv(x, w, padding="full", input_dilation=2, **more),
        (2, 2, 5),
        [(3, 2, 3)],
    ),
    "conv_transpose": (lambda x, w, **more: SF.conv_transpose(x, w, **WINDOW, **more), (2, 4, 4, 3), [(4, 3, 3, 2)]),
    "depthwise_conv": (lambda x, w, **more: SF.depthwise_conv(x, w, **WINDOW, **more), (2, 3, 6, 5), [(6, 1, 3, 2)]),
    "separable_conv": (
        lambda x, d, p, **more: SF.separable_conv(x, d, p, **WINDOW, **more),
        (2, 3, 6, 5),
        [(6, 1, 3, 2), (4, 6, 1, 1)],
    ),
    "separable_conv_transpose": (
        lambda x, d, p, **more: SF.separable_conv_transpose(x, d, p, multiplier=2, **WINDOW, **more),
        (2, 4, 4, 3),
        [(6, 1, 3, 2), (4, 6, 1, 1)],
    ),
    "spatial_separable_conv": (
        lambda x, first, second, **more: SF.spatial_separable_conv(x, [first, second], **WINDOW, **more),
        (2, 3, 6, 5),
        [(2, 3, 3), (4, 2, 2)],
    ),
    "spatial_separable_conv, mean": (
        lambda x, first, second, **more: SF.spatial_separable_conv(
            x, [first, second], padding="same", padding_mode="mean", **more
        ),
        (2, 3, 4, 4),
        [(2, 3, 3), (4, 2, 2)],
    ),
    "mixed_dilation_conv": (
        lambda x, w, **more: SF.mixed_dilation_conv(x, w, dilations=(1, (2, 3)), padding_mode="reflect", **more),
        (2, 3, 6, 5),
        [(5, 3, 3, 2)],
    ),
    "causal_conv": (
        lambda x, w, **more: SF.causal_conv(x, w, None, (1, 2), 1, 2, padding_mode="replicate", **more),
        (2, 3, 6, 5),
        [(4, 3, 3, 2)],
    ),
    "causal_conv_step": (both_steps, (2, 3, 6, 5), [(4, 3, 3, 2)]),
    "resize_conv": (lambda x, w, **more: SF.resize_conv(x, w, scale_factor=2, **more), (2, 3, 3, 4), [(4, 3, 3, 2)]),
    "resize_conv, three linear axes": (
        lambda x, w, **more: SF.resize_conv(x, w, size=(4, 5, 3), mode="linear", align_corners=True, **more),
        (1, 2, 2, 3, 2),
        [(2, 2, 2, 2, 2)],
    ),
    "partial_conv": (partial, (2, 3, 6, 5), [(4, 3, 3, 2)]),
    "masked_conv": (
        lambda x, w, **more: SF.masked_conv(x, w, MASK, padding="same", **more),
        (2, 3, 6, 8),
        [(4, 3, 3, 2)],
    ),
    "local_conv": (lambda x, w, **more: SF.local_conv(x, w, **WINDOW, **more), (2, 3, 6, 5), [(4, 3, 4, 3, 2, 3)]),
    "local_conv_transpose": (
        lambda x, w, **more: SF.local_conv_transpose(x, w, **WINDOW, **more),
        (2, 4, 4, 3),
        [(4, 3, 4, 3, 2, 3)],
    ),
}
EACH = pytest.mark.parametrize("name", CALLS)


def whole(shapes, first_seed):
    return [strategies.whole_numbers(shape, first_seed + i) for i, shape in enumerate(shapes)]


def tap_axes(name, weight):
    if name.startswith("local"):
        return (3, 4)
    return tuple(range(2, weight.ndim))


@EACH
def test_flip_reverses_every_axis_of_every_kernel(name):
    call, shape, shapes = CALLS[name]
    input, *weights = whole([shape, *shapes], 0)
    reverse = [torch.from_numpy(np.flip(w.numpy(), tap_axes(name, w)).copy()) for w in weights]
    result = call(input, *weights, flip=True)
    torch.testing.assert_close(result, call(input, *reverse), rtol=0, atol=1e-12)
    assert not torch.allclose(result, call(input, *weights))


@EACH
def test_complex_tensors_are_the_sum_over_their_parts(name):
    call, shape, shapes = CALLS[name]
    tensors = list(zip(whole([shape, *shapes], 0), whole([shape, *shapes], 20), strict=True))
    expected = 0
    for imaginary in product((0, 1), repeat=len(tensors)):
        term = call(*(parts[which] for parts, which in zip(tensors, imaginary, strict=True)))
        expected = expected + 1j ** sum(imaginary) * term
    result = call(*(torch.complex(*parts) for parts in tensors))
    assert result.dtype == torch.complex128
    torch.testing.assert_close(result, expected, rtol=0, atol=1e-10)
    real, imaginary = tensors[0]
    weights = [parts[0] for parts in tensors[1:]]
    torch.testing.assert_close(call(torch.complex(real, imaginary), *weights).imag, call(imaginary, *weights))


@EACH
def test_complex_gradients(name):
    call, shape, shapes = CALLS[name]
    leaves = [
        torch.complex(*(strategies.numbers(s, i + part, torch.float64) for part in (0, 50))).requires_grad_()
        for i, s in enumerate([shape, *shapes])
    ]
    assert torch.autograd.gradcheck(call, leaves, fast_mode=True)


def test_an_activation_needs_real_tensors():
    input, filters, mixing = (torch.zeros(shape, dtype=torch.complex64) for shape in ((1, 2, 5), (2, 1, 3), (2, 2, 1)))
    for call in (SF.separable_conv, SF.separable_conv_transpose):
        with pytest.raises(ValueError, match="activation 'relu' needs real tensors, but got complex ones"):
            call(input, filters, mixing, activation="relu")
