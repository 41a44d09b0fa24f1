"""What the locally connected layers add to the functions."""

import pytest
import strategies
import torch

import striate.nn as snn


def test_one_convolution_copied_to_every_position_is_that_convolution():
    convolution = snn.Conv2d(4, 6, 3, stride=2, padding="same", groups=2)
    layer = snn.LocallyConnected2d(4, 6, 3, (9, 8), stride=2, padding="same", groups=2, shared_bias=True)
    with torch.no_grad():
        layer.weight.copy_(convolution.weight.movedim(1, -1).expand_as(layer.weight))
        layer.bias.copy_(convolution.bias)
    image = strategies.numbers((2, 4, 9, 8), 0)
    torch.testing.assert_close(layer(image), convolution(image))


def test_the_transposed_layer_is_the_adjoint_with_the_same_weight():
    layer = snn.LocallyConnected1d(4, 6, 3, 9, stride=2, padding=1, groups=2, bias=False, dtype=torch.float64)
    back = snn.LocallyConnectedTranspose1d(6, 4, 3, 5, stride=2, padding=1, groups=2, bias=False, dtype=torch.float64)
    back.load_state_dict(layer.state_dict())
    input, other = (strategies.numbers(shape, 1, torch.float64) for shape in ((2, 4, 9), (2, 6, 5)))
    torch.testing.assert_close((layer(input) * other).sum(), (input * back(other)).sum())


def test_parameters_start_within_the_bound_of_their_fan_in():
    layer = snn.LocallyConnected2d(8, 4, 3, 6, groups=2)
    assert layer.weight.shape == (4, 4, 4, 3, 3, 4)
    assert layer.bias.shape == (4, 4, 4)
    for parameter in layer.parameters():
        bound = (4 * 9) ** -0.5
        assert parameter.abs().max() <= bound
        assert parameter.abs().max() > 0.8 * bound
        assert parameter.unique().numel() > parameter.numel() // 2  # positions do not share


def test_reprs_say_what_is_not_the_default():
    assert repr(snn.LocallyConnected1d(2, 4, 3, 8)) == ("LocallyConnected1d(2, 4, kernel_size=(3,), input_size=(8,))")
    layer = snn.LocallyConnectedTranspose1d(2, 4, 3, 8, stride=2, output_padding=1, bias=False, flip=True)
    assert repr(layer) == (
        "LocallyConnectedTranspose1d(2, 4, kernel_size=(3,), input_size=(8,), stride=(2,), bias=False, flip=True, "
        "output_padding=(1,))"
    )


@pytest.mark.filterwarnings("ignore:Lazy modules:UserWarning")
def test_a_lazy_layer_learns_its_size():
    layer = snn.LazyLocallyConnected2d(4, 3)
    with pytest.raises(ValueError, match="input must have 4 dimensions, or 3 without a batch, but got"):
        layer(torch.zeros(5, 5))
    layer(torch.zeros(2, 3, 7, 6))
    assert layer.input_size == (7, 6)
    assert layer.in_channels == 3


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: snn.LocallyConnected2d(3, 4, 3, 8, groups=2), "in_channels must be divisible by groups, but 3"),
        (lambda: snn.LocallyConnected2d(3, 4, 3, 2), "kernel size 3 is larger than the padded input size 2"),
        (lambda: snn.LocallyConnected2d(3, 4, 3, (8, 8, 8)), "input_size must be an int or 2 ints"),
        (
            lambda: snn.LocallyConnected1d(3, 4, 3, 8, padding_value=1.0),
            "padding_value 1.0 needs padding_mode 'constant'",
        ),
        (lambda: snn.LocallyConnected1d(3, 4, 3, 8, padding_mode="edge"), "padding_mode must be one of"),
        (lambda: snn.LocallyConnectedTranspose1d(3, 4, 3, 8, output_padding=1), "output_padding must be at least 0"),
    ],
)
def test_a_layer_that_cannot_be_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()
