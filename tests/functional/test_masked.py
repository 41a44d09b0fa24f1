"""Masked convolution: equal to the dense one times the mask, by blocks and without, and every refusal."""

import numpy as np
import oracles
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF
import striate.nn as snn
from striate.functional import masked


@strategies.draws(2)
@given(strategies.masked_problems(), strategies.layouts, st.sampled_from((-1, 1 << 60)), st.booleans())
def test_all_directions_equal_the_dense_ones_times_the_mask(drawn, layout, price, full):
    problem, visible, seed = drawn
    shapes = problem.input_shape, problem.weight_shape, (problem.out_channels,)
    input, weight, bias = (strategies.whole_numbers(s, seed + i).requires_grad_() for i, s in enumerate(shapes))
    mask = (
        torch.from_numpy(strategies.spread(visible, problem.size)) if full and set(problem.stride) == {1} else visible
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(masked, "MOVE", price)
        patch.setattr(masked, "TRANSPOSE", price)
        patch.setattr(masked, "LEAST_INSIDE", max(price, 1))
        patch.setattr(masked.BlockCall, "overlaps", False)
        output = SF.masked_conv(
            strategies.in_layout(input, layout),
            weight,
            mask,
            bias,
            problem.stride,
            problem.amounts,
            problem.dilation,
            problem.groups,
        )
        grad = strategies.whole_numbers(output.shape, seed + 3)
        output.backward(grad)
    x, w, b, g = (tensor.detach().numpy() for tensor in (input, weight, bias, grad))
    shown, kept = strategies.spread(visible, problem.size), strategies.spread(visible, oracles.output_size(problem))
    dense = oracles.convolution(x * shown, w, problem, b)
    np.testing.assert_array_equal(output.detach().numpy(), dense * kept)
    np.testing.assert_array_equal(input.grad.numpy(), oracles.backward_data(g * kept, w, problem) * shown)
    np.testing.assert_array_equal(weight.grad.numpy(), oracles.backward_weight(g * kept, x * shown, problem))
    np.testing.assert_array_equal(bias.grad.numpy(), (g * kept).sum((0, *range(2, g.ndim))))


BLOCKS = torch.tensor([[1, 0, 1], [0, 0, 1]], dtype=torch.bool).view(1, 1, 2, 3)


def image(channels, dtype=torch.float32):
    return strategies.numbers((2, channels, 16, 24), 0, dtype).contiguous(memory_format=torch.channels_last)


def counted(patch):
    """The calls that ran by blocks."""
    calls = []
    whole = masked.BlockCall.convolve
    patch.setattr(masked.BlockCall, "convolve", lambda self, *rest: calls.append(self) or whole(self, *rest))
    return calls


def test_blocks_are_skipped_where_that_pays(monkeypatch):
    calls = counted(monkeypatch)
    dense = strategies.numbers((64, 64, 3, 3), 1)
    SF.masked_conv(image(64), dense, BLOCKS, padding=1)
    assert len(calls) == 1
    assert calls[0].blocks.count == 2 * 3
    SF.masked_conv(image(64), dense, torch.ones(1, 1, 2, 3), padding=1)
    SF.masked_conv(image(64), strategies.numbers((64, 64, 9, 9), 1), BLOCKS, padding=4)
    SF.masked_conv(image(64), dense, BLOCKS, padding=1, padding_mode="reflect")
    assert len(calls) == 1


def test_depthwise_kernels_skip_blocks_in_place(monkeypatch):
    calls, kernel = [], masked.masked_depthwise
    monkeypatch.setattr(masked, "masked_depthwise", lambda *given: calls.append(given) or kernel(*given))
    weight, full = strategies.numbers((64, 1, 7, 7), 1), torch.from_numpy(strategies.spread(BLOCKS, (16, 24))).float()
    output = SF.masked_conv(image(64), weight, BLOCKS, padding=3, groups=64)
    assert len(calls) == 1
    dense = torch.nn.functional.conv2d(image(64) * full, weight, padding=3, groups=64) * full
    torch.testing.assert_close(output, dense)
    SF.masked_conv(image(64), weight, (full > 0).logical_and(torch.rand(16, 24) < 0.5), padding=3, groups=64)
    assert len(calls) == 1


def test_the_blocks_of_a_mask_of_full_resolution_are_found(monkeypatch):
    calls = counted(monkeypatch)
    full = torch.from_numpy(strategies.spread(BLOCKS, (16, 24)))
    SF.masked_conv(image(64), strategies.numbers((64, 64, 3, 3), 1), full, padding=1)
    assert calls[0].inside == (8, 8)
    full[..., 3, 3] = 0
    SF.masked_conv(image(64), strategies.numbers((64, 64, 3, 3), 1), full, padding=1)
    assert len(calls) == 1 or calls[1].inside == (1, 1)


def test_masked_places_stay_zero_through_depth():
    first, second = snn.MaskedConv2d(3, 64, 3, padding=1), snn.MaskedConv2d(64, 64, 3, stride=2, padding="same")
    output = second(first(image(3), BLOCKS).relu(), BLOCKS)
    assert output.shape == (2, 64, 8, 12)
    hidden = torch.from_numpy(strategies.spread(~BLOCKS, (8, 12))).bool()
    assert not output.masked_select(hidden).any()
    assert output.masked_select(~hidden).all()


@pytest.mark.parametrize("price", [-1, 1 << 60])
def test_derivatives_of_second_order(price, monkeypatch):
    monkeypatch.setattr(masked, "TRANSPOSE", price)
    monkeypatch.setattr(masked.BlockCall, "overlaps", False)
    input = strategies.numbers((1, 2, 4, 3), 0, torch.float64).requires_grad_()
    weight = strategies.numbers((2, 2, 3, 3), 1, torch.float64).requires_grad_()
    bias = strategies.numbers((2,), 2, torch.float64).requires_grad_()

    def call(*leaves):
        return SF.masked_conv(leaves[0], leaves[1], BLOCKS, leaves[2], padding=1)

    assert torch.autograd.gradcheck(call, (input, weight, bias), fast_mode=True)
    assert torch.autograd.gradgradcheck(call, (input, weight, bias), fast_mode=True)


def test_a_graph_kept_gives_its_gradients_again(monkeypatch):
    monkeypatch.setattr(masked, "TRANSPOSE", -1)
    monkeypatch.setattr(masked.BlockCall, "overlaps", False)
    weight = strategies.numbers((2, 2, 3, 3), 1).requires_grad_()
    output = SF.masked_conv(strategies.numbers((1, 2, 4, 6), 0), weight, BLOCKS, padding=1)
    (first,) = torch.autograd.grad(output.sum(), weight, retain_graph=True)
    (again,) = torch.autograd.grad(output.sum(), weight)
    torch.testing.assert_close(first, again, rtol=0, atol=0)


def test_complex_tensors(monkeypatch):
    monkeypatch.setattr(masked, "MOVE", -1)
    input, weight = image(2) + 1j * image(2).flip(0), strategies.numbers((2, 2, 3, 3), 1) * (1 - 2j)
    expected = SF.conv(input * torch.from_numpy(strategies.spread(BLOCKS, (16, 24))).float(), weight, padding=1)
    output = SF.masked_conv(input, weight, BLOCKS, padding=1)
    torch.testing.assert_close(output, expected * torch.from_numpy(strategies.spread(BLOCKS, (16, 24))).float())


def test_without_a_mask_it_is_a_convolution():
    layer, torchs = snn.MaskedConv2d(3, 4, 3), torch.nn.Conv2d(3, 4, 3)
    layer.load_state_dict(torchs.state_dict())
    torch.testing.assert_close(layer(image(3)), torchs(image(3)))
    torch.testing.assert_close(layer(image(3)[0]), torchs(image(3)[0]))
    assert repr(layer) == "MaskedConv2d(3, 4, kernel_size=(3, 3), stride=(1, 1))"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"mask": torch.ones(1, 2, 2, 2)},
            r"mask must have shape \(N, 1, \*cells\) with 2 axes of cells, but got \(1, 2,",
        ),
        ({"mask": torch.ones(1, 2, 2)}, r"mask must have shape \(N, 1, \*cells\) with 2 axes"),
        ({"input": torch.zeros(2, 8, 8)}, r"mask must have shape \(1, \*cells\) as input has no batch with 2 axes"),
        ({"mask": torch.ones(2, 1, 2, 2)}, "mask must be for 3 samples or 1 for all, but got 2"),
        ({"mask": torch.ones(3, 1, 3, 2)}, r"cells that divide the input's spatial size \(8, 8\), but has \(3, 2\)"),
        ({"padding": 0}, r"cells that divide the output's spatial size \(6, 6\), but has \(4, 4\); padding 'same'"),
        ({"input": torch.zeros(2, 8)}, "input must have 4 dimensions"),
        ({"weight": torch.zeros(4, 2)}, "weight must have at least 3 dimensions"),
    ],
)
def test_what_does_not_fit_is_refused(changes, message):
    checkers = torch.arange(4).view(4, 1).add(torch.arange(4)).remainder(2).expand(3, 1, 4, 4)
    arguments = {"input": torch.zeros(3, 2, 8, 8), "weight": torch.zeros(4, 2, 3, 3), "mask": checkers, "padding": 1}
    with pytest.raises(ValueError, match=message):
        SF.masked_conv(**{**arguments, **changes})


@pytest.mark.parametrize("mode", [*strategies.MODES, "mean"])
@pytest.mark.parametrize("padding", ["same", "same_lower", "causal", ((2, 0), (1, 1))])
def test_every_border_rule(mode, padding):
    input, weight = strategies.numbers((2, 3, 8, 6), 0), strategies.numbers((4, 3, 3, 3), 1)
    mask = strategies.numbers((2, 1, 4, 3), 2) > 0
    seen = torch.from_numpy(strategies.spread(mask, (8, 6))).float()
    border = {"padding_mode": mode, "padding_value": 2.0 if mode == "constant" else 0.0}
    result = SF.masked_conv(input, weight, mask, padding=padding, **border)
    torch.testing.assert_close(result, SF.conv(input * seen, weight, padding=padding, **border) * seen)
