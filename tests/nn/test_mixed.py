import pytest
import strategies
import torch

import striate.functional as SF
import striate.nn as snn


def test_a_layer_has_the_state_of_a_convolution_and_is_its_function():
    torch.manual_seed(0)
    layer = snn.MixedDilationConv2d(4, 6, 3, (1, 2), 2, "same_lower", 2, padding_mode="constant", padding_value=0.5)
    torch.manual_seed(0)
    plain = torch.nn.Conv2d(4, 6, 3, groups=2)
    for name, value in plain.state_dict().items():
        assert torch.equal(layer.state_dict()[name], value)
    plain.load_state_dict(layer.state_dict(), strict=True)
    x = strategies.numbers((2, 4, 9, 8), 1)
    expected = SF.mixed_dilation_conv(
        x, layer.weight, layer.bias, (1, 2), 2, "same_lower", 2, padding_mode="constant", padding_value=0.5
    )
    torch.testing.assert_close(layer(x), expected, rtol=0, atol=0)
    assert layer.dilation == (2, 2)
    assert not isinstance(layer, torch.nn.Conv2d)  # what looks for those would see one dilation


def test_the_repr_has_all_dilations():
    assert repr(snn.MixedDilationConv2d(3, 4, 3, (1, (2, 4)))) == (
        "MixedDilationConv2d(3, 4, kernel_size=(3, 3), stride=(1, 1), padding=same, dilations=(1, (2, 4)))"
    )


def test_more_dilations_than_channels():
    for cls in (snn.MixedDilationConv1d, snn.LazyMixedDilationConv1d):
        channels = (2, 2) if cls is snn.MixedDilationConv1d else (2,)
        with pytest.raises(ValueError, match=r"dilations must be from 1 to 2, .* but got 3"):
            cls(*channels, 3)


def test_shuffle_is_torchs_layer():
    layer = snn.ChannelShuffle(2)
    assert isinstance(layer, torch.nn.ChannelShuffle)
    assert repr(layer) == "ChannelShuffle(groups=2)"
    with pytest.raises(ValueError, match="groups must be at least 1, but got 0"):
        snn.ChannelShuffle(0)
