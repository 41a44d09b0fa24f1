import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF


def matrix(n, m, mode, corners):
    """How much of each of n elements each of m has, by the definition of the mode."""
    rows = np.zeros((m, n))
    for i in range(m):
        if mode in {"nearest", "nearest-exact"}:
            rows[i, int((i + (mode == "nearest-exact") / 2) * n / m)] = 1
        elif mode == "area":
            seen = range(i * n // m, -(-(i + 1) * n // m))
            rows[i, seen] = 1 / len(seen)
        else:
            x = (i * (n - 1) / max(m - 1, 1)) if corners else (i + 0.5) * n / m - 0.5
            x = max(x, 0.0) if mode == "linear" else x
            reach, first = (1, 0) if mode == "linear" else (2, -1)
            for k in range(first, reach + 1):
                place = int(np.floor(x)) + k
                far = abs(x - place)
                if mode == "linear":
                    share = max(1 - far, 0)
                elif far <= 1:  # Keys 1981 with a = -3/4
                    share = 1.25 * far**3 - 2.25 * far**2 + 1
                else:
                    share = -0.75 * (far**3 - 5 * far**2 + 8 * far - 4) if far < 2 else 0
                rows[i, min(max(place, 0), n - 1)] += share
    return rows


@given(strategies.problems(ranks=(1, 2, 3, 4)), st.data(), strategies.seeds)
def test_it_is_the_convolution_of_the_resized_input(drawn, data, seed):
    problem, padding = drawn
    mode = data.draw(st.sampled_from(("nearest", "nearest-exact", "linear", "cubic", "area")), "mode")
    corners = mode in {"linear", "cubic"} and data.draw(st.booleans(), "align_corners")
    # The problem's size is the resized one. Positions of "nearest" are rounded: whole ratios leave no doubt.
    whole = mode.startswith("nearest")
    sizes = [data.draw(st.sampled_from([d for d in range(1, 7) if not (whole and n % d)])) for n in problem.size]
    stride_1 = oracles.Problem(**{**problem.__dict__, "stride": (1,) * len(sizes)})
    if isinstance(padding, str):
        amounts = [
            strategies.word_amounts(padding, n, k, 1, d)
            for n, k, d in zip(problem.size, problem.kernel, problem.dilation, strict=True)
        ]
        stride_1 = oracles.Problem(**{**stride_1.__dict__, "amounts": tuple(amounts)})
    input = strategies.numbers((problem.batch, problem.in_channels, *sizes), seed, torch.float64)
    weight = strategies.numbers(problem.weight_shape, seed + 1, torch.float64)
    bias = strategies.numbers((problem.out_channels,), seed + 2, torch.float64)
    result = SF.resize_conv(
        input,
        weight,
        bias,
        padding=padding,
        dilation=problem.dilation,
        groups=problem.groups,
        size=problem.size,
        mode=mode,
        align_corners=corners,
        padding_mode=problem.modes,
        padding_value=problem.value,
    )
    resized = input.numpy()
    for axis, (n, m) in enumerate(zip(sizes, problem.size, strict=True), 2):
        resized = np.moveaxis(np.moveaxis(resized, axis, -1) @ matrix(n, m, mode, corners).T, -1, axis)
    expected = oracles.convolution(resized, weight.numpy(), stride_1, bias.numpy())
    torch.testing.assert_close(result, torch.from_numpy(expected))


def test_a_scale_factor_a_sample_without_a_batch_and_an_activation():
    input, weight = strategies.numbers((3, 4, 5), 0), strategies.numbers((2, 3, 3, 3), 1)
    result = SF.resize_conv(input, weight, scale_factor=(2, 3), flip=True, activation="relu")
    big = input.repeat_interleave(2, 1).repeat_interleave(3, 2)
    torch.testing.assert_close(result, SF.conv2d(big, weight, padding="same", flip=True).relu())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "give either scale_factor or size"),
        ({"scale_factor": 2, "size": 4}, "give either scale_factor or size"),
        ({"scale_factor": 2, "mode": "bilinear"}, "mode must be one of 'nearest', .* but got 'bilinear'"),
        (
            {"scale_factor": 2, "align_corners": True},
            "align_corners needs mode 'linear' or 'cubic', but got mode 'near",
        ),
        ({"scale_factor": 2, "input": torch.zeros(8)}, r"input must have 3 dimensions .* but got 1: \(8,\)"),
        ({"scale_factor": 2, "input": torch.zeros(1, 2, 8)}, "input must have 3 channels"),
        ({"scale_factor": 2, "padding": "half"}, "padding must be one of 'valid', .* but got 'half'"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        SF.resize_conv(**{"input": torch.zeros(1, 3, 8), "weight": torch.zeros(4, 3, 3), **arguments})
