"""Partial convolution against its definition."""

import bounds
import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF
import striate.nn as snn

RULES = ("zeros", "reflect", "symmetric", "replicate", "circular")


def by_definition(input, weight, mask, bias, problem):
    """Equations 1 and 2, window by window; (output, new mask)."""
    index = oracles.sources(problem)
    positions, taps = index.shape
    flat = input.reshape(problem.batch, problem.in_channels, int(np.prod(problem.size)))
    known = np.broadcast_to(mask, input.shape).reshape(flat.shape)
    inputs, outputs = problem.in_channels // problem.groups, problem.out_channels // problem.groups
    kernel = weight.reshape(problem.out_channels, inputs, taps)
    result = np.zeros((problem.batch, problem.out_channels, positions))
    new_mask = np.zeros(result.shape)
    for n in range(problem.batch):
        for out in range(problem.out_channels):
            group = range(out // outputs * inputs, (out // outputs + 1) * inputs)
            for position in range(positions):
                total = count = 0.0
                for c, channel in enumerate(group):
                    for tap in range(taps):
                        place = index[position, tap]
                        if place >= 0 and known[n, channel, place]:
                            total += kernel[out, c, tap] * flat[n, channel, place]
                            count += 1
                if count:
                    result[n, out, position] = total * taps * inputs / count + bias[out]
                    new_mask[n, out, position] = 1
    return (
        array.reshape(problem.batch, problem.out_channels, *oracles.output_size(problem))
        for array in (result, new_mask)
    )


@given(strategies.problems(modes=RULES), strategies.seeds, st.booleans(), st.floats(0, 1))
def test_equals_the_definition(drawn, seed, by_channel, share):
    problem, padding = drawn
    input = strategies.whole_numbers(problem.input_shape, seed)
    weight = strategies.whole_numbers(problem.weight_shape, seed + 1)
    bias = strategies.whole_numbers((problem.out_channels,), seed + 2)
    channels = problem.in_channels if by_channel else 1
    generator = torch.Generator().manual_seed(seed)
    mask = torch.rand((problem.batch, channels, *problem.size), generator=generator) < share
    torn = input.masked_fill(~mask, float("nan"))  # a hole has no value
    output, new_mask = SF.partial_conv(
        torn,
        weight,
        mask,
        bias,
        problem.stride,
        padding,
        problem.dilation,
        problem.groups,
        padding_mode=problem.modes,
    )
    expected, expected_mask = by_definition(*(t.numpy() for t in (input, weight, mask, bias)), problem)
    terms = problem.accumulation[0]
    bound = bounds.summation(16.0 * terms * terms + 4, 3, np.float64)  # the sums are whole; a ratio and two roundings
    assert (np.abs(output.numpy() - expected) <= bound).all()
    assert new_mask.dtype == torch.bool
    np.testing.assert_array_equal(new_mask.expand(output.shape).numpy(), expected_mask)
    assert new_mask.shape[1] == (problem.out_channels if channels > 1 else 1)


def test_with_everything_known_it_is_a_convolution():
    input, weight, bias = strategies.numbers((2, 3, 8, 8), 0), strategies.numbers((4, 3, 3, 3), 1), torch.ones(4)
    output, mask = SF.partial_conv(input, weight, None, bias)
    torch.testing.assert_close(output, SF.conv(input, weight, bias))
    assert mask.all()
    padded, _ = SF.partial_conv(input, weight, None, bias, padding=1)
    corner = (SF.conv(input, weight, None, padding=1)[..., 0, 0]) * 9 / 4 + 1  # 4 of 9 taps lie inside
    torch.testing.assert_close(padded[..., 0, 0], corner)


def test_the_mask_closes_layer_by_layer():
    layer = snn.PartialConv2d(1, 1, 3, padding=1)
    mask = torch.zeros(1, 1, 7, 7)
    mask[..., 3, 3] = 1
    for known in (9, 25, 49):
        output, mask = layer(torch.ones(1, 1, 7, 7), mask)
        assert mask.sum() == known
        assert not output[mask == 0].any()


def test_no_gradient_comes_from_a_hole():
    input = strategies.numbers((1, 2, 6), 0).requires_grad_()
    mask = torch.tensor([1, 1, 0, 0, 1, 1])[None, None]
    SF.partial_conv(input, strategies.numbers((2, 2, 3), 1), mask, padding=1)[0].sum().backward()
    assert not input.grad[..., 2:4].any()
    assert input.grad[..., :2].all()


def test_autocast_counts_whole():
    input, weight = strategies.numbers((1, 1, 40, 40), 0), torch.ones(1, 1, 37, 37)
    mask = torch.ones(1, 1, 40, 40)
    mask[..., 0, 0] = 0
    with torch.autocast("cpu"):
        output, _ = SF.partial_conv(torch.ones_like(input), weight, mask)
    assert output[0, 0, 0, 0] == torch.tensor(1369.0).bfloat16() == output[0, 0, 1, 1]


def test_the_state_is_that_of_a_convolution():
    ours, torchs = snn.PartialConv2d(2, 4, 3), torch.nn.Conv2d(2, 4, 3)
    ours.load_state_dict(torchs.state_dict())
    image = strategies.numbers((1, 2, 6, 6), 0)
    torch.testing.assert_close(ours(image)[0], torchs(image))
    assert repr(ours) == "PartialConv2d(2, 4, kernel_size=(3, 3), stride=(1, 1))"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mask": torch.ones(2, 1, 6)}, r"mask must have shape \(1, 1, 6\), or \(1, 2, 6\) for one a channel, but got"),
        ({"padding_mode": "mean"}, "padding_mode must be 'zeros' or a rule that copies elements, .* but got 'mean'"),
        ({"bias": torch.ones(3)}, r"bias must have shape \(4,\), but got \(3,\)"),
        ({"input": torch.zeros(2, 2, 2, 6), "mask": None}, "input must have 3 dimensions"),
        ({"weight": torch.zeros(4, 2)}, "weight must have at least 3 dimensions"),
        ({"input": torch.zeros(1, 3, 6)}, "input must have 2 channels"),
    ],
)
def test_what_does_not_fit_is_refused(changes, message):
    arguments = {"input": torch.zeros(1, 2, 6), "weight": torch.zeros(4, 2, 3), "mask": torch.ones(1, 1, 6), **changes}
    with pytest.raises(ValueError, match=message):
        SF.partial_conv(**arguments)
    if "padding_mode" in changes:
        with pytest.raises(ValueError, match=message):
            snn.PartialConv2d(2, 4, 3, padding_mode=changes["padding_mode"])
