import pytest
import strategies
import torch

import striate.functional as SF
import striate.nn as snn


def test_a_layer_is_its_function_and_torchs_layer():
    layer = snn.CausalConv2d(4, 6, (3, 2), (1, 2), "same", 2, 2, padding_mode="constant", padding_value=0.5, axis=1)
    assert isinstance(layer, torch.nn.Conv2d)
    torch.nn.Conv2d(4, 6, (3, 2), groups=2).load_state_dict(layer.state_dict(), strict=True)
    x = strategies.numbers((2, 4, 7, 9), 1)
    expected = SF.causal_conv(
        x,
        layer.weight,
        layer.bias,
        (1, 2),
        "same",
        2,
        2,
        axis=1,
        padding_mode="constant",
        padding_value=0.5,
    )
    torch.testing.assert_close(layer(x), expected, rtol=0, atol=0)
    assert "padding=same" in repr(layer)
    assert "axis=1" in repr(layer)


def test_the_padding_of_all_axes_is_told():
    layer = snn.CausalConv3d(2, 2, 3, padding=((0, 1), 2), dilation=(1, 3, 1), axis=1)
    assert layer.padding == ((0, 1), (6, 0), (2, 2))
    plain = snn.Conv3d(2, 2, 3, padding=layer.padding, dilation=(1, 3, 1))
    plain.load_state_dict(layer.state_dict())
    x = strategies.numbers((1, 2, 5, 8, 4), 0)
    torch.testing.assert_close(layer(x), plain(x))
    assert repr(snn.CausalConv1d(2, 4, 3)) == "CausalConv1d(2, 4, kernel_size=(3,), stride=(1,), padding=causal)"


def test_a_stream_is_the_whole_and_can_begin_again():
    layer = snn.CausalConv1d(3, 4, 5, stride=2, dilation=3)
    x = strategies.numbers((2, 3, 57), 0)
    stream = layer.stream()
    for _ in range(2):
        assert torch.equal(torch.cat([stream(chunk) for chunk in x.split(4, 2)], 2), layer(x))
        stream.reset()
    assert stream.state is None


def test_layers_in_a_row_stream_by_their_states():
    layers = [snn.CausalConv1d(1, 8, 3), snn.CausalConv1d(8, 8, 3, dilation=2), snn.CausalConv1d(8, 1, 3, dilation=4)]
    x = strategies.numbers((1, 1, 40), 0)
    states, outputs = [None] * 3, []
    for chunk in x.split(7, 2):
        for i, layer in enumerate(layers):
            chunk, states[i] = layer.step(chunk, states[i])  # noqa: PLW2901
        outputs.append(chunk)
    assert torch.equal(torch.cat(outputs, 2), torch.nn.Sequential(*layers)(x))


def test_a_compiled_step_takes_chunks_of_any_size():
    layer = snn.CausalConv1d(2, 3, 3, stride=2)
    x, state, outputs = strategies.numbers((1, 2, 31), 0), None, []
    torch.compiler.reset()
    step = torch.compile(layer.step, backend="aot_eager", fullgraph=True)
    for chunk in x.split((7, 7, 7, 4, 1, 5), 2):
        output, state = step(chunk, state)
        outputs.append(output)
    torch.testing.assert_close(torch.cat(outputs, 2), layer(x))


@pytest.mark.parametrize(
    ("cls", "arguments", "message"),
    [
        (snn.CausalConv1d, {"padding": 1}, "padding is for axes other than the causal one, and there is none"),
        (snn.CausalConv2d, {"axis": -3}, "axis must be one of the 2 spatial axes, from -2 to 1, but got -3"),
        (
            snn.CausalConv2d,
            {"padding_mode": "circular"},
            "padding_mode must be one of 'zeros', 'constant', 'replicate'",
        ),
        (snn.CausalConv2d, {"groups": 3}, "in_channels must be divisible by groups, but 4 is not divisible by 3"),
    ],
)
def test_wrong_arguments_are_named(cls, arguments, message):
    with pytest.raises(ValueError, match=message):
        cls(4, 4, 3, **arguments)
