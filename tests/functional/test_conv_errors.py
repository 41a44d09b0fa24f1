"""Every refusal of the convolution functions, read."""

import pytest
import strategies
import torch

import striate.functional as SF

IMAGE = strategies.numbers((2, 3, 8, 8), 0)
WEIGHT = strategies.numbers((4, 3, 3, 3), 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"stride": 0}, "stride must be at least 1, but got 0"),
        ({"dilation": (1, 0)}, "dilation must be at least 1, but got 0"),
        ({"stride": (1, 1, 1)}, "stride must be an int or 2 ints, one an axis, but got 3"),
        ({"padding": (1, 2, 3)}, r"padding must be an int, 2 ints, one an axis, or 2 \(before, after\) pairs"),
        (
            {"padding": "Valid"},
            "padding must be one of 'valid', 'same', 'same_lower', 'full', 'causal', but got 'Valid'",
        ),
        ({"padding_mode": "edge"}, "padding_mode must be one of 'zeros', 'constant', .* but got 'edge'"),
        ({"padding_mode": ("zeros",)}, r"padding_mode must be one mode or one an axis \(2\), but got 1"),
        ({"padding_value": 1.0}, "padding_value 1.0 needs padding_mode 'constant', but got 'zeros'"),
        ({"groups": 0}, "groups must be at least 1, but got 0"),
        ({"groups": 3}, r"input must have 9 channels for a weight of \(4, 3, 3, 3\) with groups 3, but got 3"),
        ({"dilation": 4}, r"kernel size 3 \(extent 9 with dilation 4\) is larger than the padded input size 8"),
        ({"bias": torch.zeros(3)}, r"bias must have shape \(4,\), but got \(3,\)"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        SF.conv2d(IMAGE, WEIGHT, **arguments)


def test_groups_that_do_not_divide_the_output_channels():
    with pytest.raises(ValueError, match="weight has 4 output channels, which groups 3 does not divide"):
        SF.conv2d(strategies.numbers((1, 9, 8, 8), 0), WEIGHT, groups=3)


@pytest.mark.parametrize("shape", [(8, 8), (1, 2, 3, 8, 8)])
def test_wrong_rank_tells_both_ranks(shape):
    with pytest.raises(
        ValueError, match=rf"input must have 4 dimensions .* or 3 without a batch, but got {len(shape)}"
    ):
        SF.conv2d(torch.zeros(shape), WEIGHT)


def test_channels_last_data_is_recognised():
    with pytest.raises(ValueError, match=r"if input is channels-last, permute it: input.permute\(0, 3, 1, 2\)"):
        SF.conv2d(torch.zeros(2, 8, 8, 3), WEIGHT)
    with pytest.raises(ValueError, match=r"if input is channels-last, permute it: input.permute\(2, 0, 1\)"):
        SF.conv2d(torch.zeros(8, 8, 3), WEIGHT)


def test_channel_mismatch_tells_both_numbers():
    with pytest.raises(ValueError, match=r"input must have 3 channels .* but got 5") as caught:
        SF.conv2d(torch.zeros(2, 5, 8, 8), WEIGHT)
    assert "permute" not in str(caught.value)


def test_dtypes_must_be_the_same():
    with pytest.raises(
        TypeError, match=r"input has dtype torch.float64 and weight torch.float32; they must be the same"
    ):
        SF.conv2d(IMAGE.double(), WEIGHT)


def test_an_image_of_integers_is_told_to_become_floats():
    with pytest.raises(TypeError, match=r"becomes one of floats by input.float\(\) / 255"):
        SF.conv2d(torch.zeros(1, 3, 8, 8, dtype=torch.uint8), WEIGHT)
    with pytest.raises(TypeError, match=r"input has dtype torch.int64 .* convert one by .float\(\)"):
        SF.conv2d(torch.zeros(1, 3, 8, 8, dtype=torch.int64), WEIGHT)


def test_weight_of_another_rank():
    with pytest.raises(ValueError, match=r"weight must have 3 dimensions \(O, C / groups and 1 spatial\), but got"):
        SF.conv1d(IMAGE, WEIGHT)
    with pytest.raises(ValueError, match=r"weight must have at least 3 dimensions"):
        SF.conv(IMAGE, torch.zeros(4, 3))


def test_a_stride_that_is_no_int():
    with pytest.raises(TypeError, match=r"stride must be an int, but got 1.5 of type float"):
        SF.conv2d(IMAGE, WEIGHT, stride=1.5)


def test_tensors_on_different_devices():
    with pytest.raises(ValueError, match="bias is on meta and input on cpu; move one by"):
        SF.conv2d(IMAGE, WEIGHT, torch.zeros(4, device="meta"))
    with pytest.raises(ValueError, match="weight is on meta and input on cpu; move one by"):
        SF.conv2d(IMAGE, WEIGHT.to("meta"))
