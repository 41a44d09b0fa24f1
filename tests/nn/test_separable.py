import pytest
import strategies
import torch
from torch import nn

import striate.functional as SF
import striate.nn as snn


def test_a_depthwise_layer_is_torchs_layer_of_as_many_groups():
    torch.manual_seed(0)
    ours = snn.DepthwiseConv2d(4, 3, 2, 1, multiplier=2)
    torch.manual_seed(0)
    torchs = nn.Conv2d(4, 8, 3, 2, 1, groups=4)
    assert isinstance(ours, nn.Conv2d)
    torchs.load_state_dict(ours.state_dict(), strict=True)
    ours.load_state_dict(torchs.state_dict(), strict=True)
    assert repr(ours) == "DepthwiseConv2d(4, 8, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), groups=4)"
    x = strategies.numbers((2, 4, 9, 9), 1)
    torch.testing.assert_close(ours(x), torchs(x))
    assert "activation=relu" in repr(snn.DepthwiseConv1d(2, 3, activation="relu"))


def test_a_separable_layer_is_its_function():
    layer = snn.SeparableConv2d(
        4, 6, 3, 2, "same", bias=True, padding_mode="constant", padding_value=0.5, multiplier=2, activation="relu"
    )
    x = strategies.numbers((2, 4, 9, 8), 1)
    expected = SF.separable_conv(
        x,
        layer.depthwise.weight,
        layer.pointwise.weight,
        layer.pointwise.bias,
        2,
        "same",
        depthwise_bias=layer.depthwise.bias,
        activation="relu",
        padding_mode="constant",
        padding_value=0.5,
    )
    torch.testing.assert_close(layer(x), expected, rtol=0, atol=0)
    assert (layer.in_channels, layer.out_channels) == (4, 6)


def test_a_transposed_separable_layer_is_its_function():
    layer = snn.SeparableConvTranspose2d(4, 3, 3, 2, 1, 1, dilation=2, multiplier=2, activation="gelu")
    x = strategies.numbers((2, 4, 5, 4), 1)
    expected = SF.separable_conv_transpose(
        x,
        layer.depthwise.weight,
        layer.pointwise.weight,
        layer.depthwise.bias,
        2,
        1,
        1,
        2,
        multiplier=2,
        pointwise_bias=layer.pointwise.bias,
        activation="gelu",
    )
    torch.testing.assert_close(layer(x), expected, rtol=0, atol=0)
    assert (layer.in_channels, layer.out_channels) == (4, 3)
    assert layer(x, output_size=[11, 9]).shape == (2, 3, 11, 9)


def test_state_dicts_of_the_two_forms_load_each_other_and_are_adjoint():
    forward = snn.SeparableConv2d(3, 5, 3, 2, 1, bias=False, multiplier=2).double()
    back = snn.SeparableConvTranspose2d(5, 3, 3, 2, 1, bias=False, multiplier=2).double()
    back.load_state_dict(forward.state_dict(), strict=True)
    x = strategies.numbers((2, 3, 7, 9), 1, torch.float64)
    y = strategies.numbers((2, 5, 4, 5), 2, torch.float64)
    torch.testing.assert_close((forward(x) * y).sum(), (x * back(y)).sum())


@pytest.mark.parametrize("cls", [snn.SeparableConv2d, snn.SeparableConvTranspose2d])
def test_what_stands_between(cls):
    layer = cls(4, 4, 3, norm=nn.BatchNorm2d(4), activation="relu")
    seen = []
    for name in ("depthwise", "norm", "pointwise"):
        getattr(layer, name).register_forward_hook(lambda *_, name=name: seen.append(name))
    layer(strategies.numbers((2, 4, 6, 6), 1))
    order = ["depthwise", "norm", "pointwise"]
    assert seen == (order if cls is snn.SeparableConv2d else order[::-1])
    first, last = (getattr(layer, name) for name in (seen[0], seen[-1]))
    assert first.bias is None
    assert last.bias is not None
    assert "activation=relu" in repr(layer)
    with_activation_alone = cls(4, 4, 3, activation="relu")
    assert with_activation_alone.depthwise.bias is not None
    assert with_activation_alone.pointwise.bias is not None
    assert all(p.ndim > 1 for p in cls(4, 4, 3, bias=False, activation="relu").parameters())


def test_the_activation_follows_the_norm():
    layer = snn.SeparableConv1d(2, 2, 1, bias=False, norm=nn.BatchNorm1d(2), activation="relu").eval()
    nn.init.constant_(layer.norm.bias, -1e6)  # everything is below zero then
    assert not layer(strategies.numbers((1, 2, 5), 1)).any()


@pytest.mark.parametrize(
    ("cls", "arguments", "message"),
    [
        (snn.SeparableConv2d, {"in_channels": 0}, "in_channels must be at least 1, but got 0"),
        (snn.SeparableConv2d, {"out_channels": 0}, "out_channels must be at least 1, but got 0"),
        (snn.SeparableConv2d, {"multiplier": 0}, "multiplier must be at least 1, but got 0"),
        (snn.SeparableConv2d, {"activation": "tanh"}, "activation must be one of 'relu', .* but got 'tanh'"),
        (snn.SeparableConv2d, {"padding": "half"}, "padding must be one of 'valid', .* but got 'half'"),
        (snn.SeparableConvTranspose2d, {"multiplier": 0}, "multiplier must be at least 1, but got 0"),
        (snn.SeparableConvTranspose2d, {"activation": "tanh"}, "activation must be one of 'relu', .* but got 'tanh'"),
    ],
)
def test_wrong_arguments_are_named(cls, arguments, message):
    with pytest.raises(ValueError, match=message):
        cls(**{"in_channels": 2, "out_channels": 2, "kernel_size": 3, **arguments})


def test_wrong_arguments_of_a_depthwise_layer_are_named():
    with pytest.raises(ValueError, match="multiplier must be at least 1, but got 0"):
        snn.DepthwiseConv2d(2, 3, multiplier=0)
    with pytest.raises(ValueError, match=r"activation must be one of 'relu', .* but got 'tanh'"):
        snn.DepthwiseConv2d(2, 3, activation="tanh")
    with pytest.raises(ValueError, match="channels must be at least 0, but got -1"):
        snn.DepthwiseConv2d(-1, 3)
