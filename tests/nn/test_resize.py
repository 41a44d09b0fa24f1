import pytest
import strategies
import torch

import striate.functional as SF
import striate.nn as snn


def test_a_layer_is_its_function_and_has_the_state_of_a_convolution():
    layer = snn.ResizeConv2d(
        4, 6, 3, 1.5, "full", 2, 2, padding_mode="constant", padding_value=0.5, mode="linear", align_corners=True
    )
    torch.nn.Conv2d(4, 6, 3, groups=2).load_state_dict(layer.state_dict(), strict=True)
    x = strategies.numbers((2, 4, 7, 9), 1)
    expected = SF.resize_conv(
        x,
        layer.weight,
        layer.bias,
        1.5,
        "full",
        2,
        2,
        padding_mode="constant",
        padding_value=0.5,
        mode="linear",
        align_corners=True,
    )
    torch.testing.assert_close(layer(x), expected, rtol=0, atol=0)


def test_the_repr_tells_how_it_resizes():
    assert repr(snn.ResizeConv2d(4, 6, 3)) == (
        "ResizeConv2d(4, 6, kernel_size=(3, 3), scale_factor=2, mode=nearest, padding=same)"
    )
    assert "size=9, mode=cubic, align_corners=True" in repr(
        snn.ResizeConv1d(4, 6, 3, size=9, mode="cubic", align_corners=True)
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scale_factor": 2, "size": 4}, "give either scale_factor or size"),
        ({"scale_factor": (2, 2, 2)}, r"scale_factor must be a number or one an axis \(2\), but got 3"),
        ({"scale_factor": -1}, "scale_factor must be above 0 and finite, but got -1"),
        ({"mode": "bilinear"}, "mode must be one of 'nearest', .* but got 'bilinear'"),
        ({"align_corners": True}, "align_corners needs mode 'linear' or 'cubic'"),
        ({"groups": 3}, "in_channels must be divisible by groups, but 4 is not divisible by 3"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        snn.ResizeConv2d(4, 4, 3, **arguments)
