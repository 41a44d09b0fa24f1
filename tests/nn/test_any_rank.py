import copy
import pickle

import pytest
import strategies
import torch

import striate.functional as SF
import striate.nn as snn

WINDOW = {"padding": "same", "dilation": 2}
SAMPLES = torch.full((1, 1, 4), 0.3)
LAYERS = {
    "MaxPool": ((3, 2), WINDOW, lambda x: SF.max_pool(x, (3,) * 4, 2, **WINDOW)),
    "MinPool": ((3, 2), WINDOW, lambda x: SF.min_pool(x, (3,) * 4, 2, **WINDOW)),
    "AvgPool": ((3, 2), WINDOW, lambda x: SF.avg_pool(x, (3,) * 4, 2, **WINDOW)),
    "SumPool": ((3, 2), WINDOW, lambda x: SF.sum_pool(x, (3,) * 4, 2, **WINDOW)),
    "LpPool": ((3, 3, 2), WINDOW, lambda x: SF.lp_pool(x, 3, (3,) * 4, 2, **WINDOW)),
    "AdaptiveMaxPool": ((3,), {}, lambda x: SF.adaptive_max_pool(x, (3,) * 4)),
    "AdaptiveAvgPool": ((3,), {}, lambda x: SF.adaptive_avg_pool(x, (3,) * 4)),
    "AdaptiveLpPool": ((3, 2), {}, lambda x: SF.adaptive_lp_pool(x, 3, (2,) * 4)),
    "FractionalMaxPool": (
        (2, 3),
        {"_random_samples": SAMPLES},
        lambda x: SF.fractional_max_pool(x, (2,) * 4, 3, _random_samples=SAMPLES),
    ),
    "BlurPool": ((5,), {}, lambda x: SF.blur_pool(x, (5,) * 4)),
    "MaxBlurPool": ((2,), {}, lambda x: SF.max_blur_pool(x, (2,) * 4)),
    "AdaptivePolyphaseSampling": ((2,), {}, lambda x: SF.adaptive_polyphase_sampling(x, (2,) * 4)),
    "Unpool": ((3, 2, "average"), {"padding": 1}, lambda x: SF.unpool(x, (3,) * 4, 2, "average", padding=1)),
}
EACH = pytest.mark.parametrize("name", LAYERS)


@EACH
def test_four_axes(name):
    arguments, more, function = LAYERS[name]
    layer, input = getattr(snn, f"{name}Nd")(4, *arguments, **more), strategies.numbers((2, 3, 5, 4, 6, 5), 0)
    for twin in (layer, copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        torch.testing.assert_close(twin(input), function(input), rtol=0, atol=0)
    torch.testing.assert_close(layer(input[0]), function(input[:1])[0])
    assert repr(layer).startswith(f"{name}Nd(4, ")


@EACH
def test_two_axes_are_the_faces(name):
    arguments, more, _ = LAYERS[name]
    more = {"_random_samples": SAMPLES[:, :, :2]} if "_random_samples" in more else more
    input = strategies.numbers((2, 3, 5, 6), 0)
    layer, face = getattr(snn, f"{name}Nd")(2, *arguments, **more), getattr(snn, f"{name}2d")(*arguments, **more)
    torch.testing.assert_close(layer(input), face(input), rtol=0, atol=0)


def test_unpooling_over_four_axes():
    values, indices = snn.MaxPoolNd(4, 2, return_indices=True)(strategies.numbers((2, 3, 4, 6, 4, 5), 0))
    unpool = snn.MaxUnpoolNd(4, 2)
    expected = SF.max_unpool(values, indices, (2,) * 4, output_size=(4, 6, 4, 5))
    torch.testing.assert_close(unpool(values, indices, (4, 6, 4, 5)), expected, rtol=0, atol=0)
    assert expected.count_nonzero() == values.numel()


@EACH
def test_the_number_of_axes_is_checked(name):
    arguments, more, _ = LAYERS[name]
    with pytest.raises(ValueError, match="ndim must be at least 1, but got 0"):
        getattr(snn, f"{name}Nd")(0, *arguments, **more)
    with pytest.raises(ValueError, match=r"input must have 6 dimensions \(N, C and 4 spatial\), or 5 without a batch"):
        getattr(snn, f"{name}Nd")(4, *arguments, **more)(torch.zeros(2, 3, 5, 6))


CONVOLUTIONS = {
    "Conv": ((2, 4), {"padding": ((0, 0), *((1, 0),) * 3), "padding_mode": "symmetric"}),
    "ConvTranspose": ((2, 4), {"stride": (1, 2, 2, 1), "padding_mode": "circular"}),
    "DepthwiseConv": ((2,), {"multiplier": 2}),
    "MixedDilationConv": ((2, 4), {"dilations": (1, 2)}),
    "CausalConv": ((2, 4), {"axis": -1}),
    "PartialConv": ((2, 4), {"return_mask": False}),
    "MaskedConv": ((2, 4), {"padding": "same"}),
    "ResizeConv": ((2, 4), {"scale_factor": (1, 2, 2, 1)}),
}


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolutions_over_four_axes(name):
    """With one tap along the first axis each slice is convolved by itself, as over three axes."""
    channels, options = CONVOLUTIONS[name]
    four = getattr(snn, f"{name}Nd")(4, *channels, (1, 2, 3, 2), **options)
    of_three = {
        key: value[1:] if isinstance(value, tuple) and len(value) == 4 else value for key, value in options.items()
    }
    three = getattr(snn, f"{name}3d")(*channels, (2, 3, 2), **of_three)
    three.load_state_dict(
        {key: value.squeeze(2) if value.ndim > 1 else value for key, value in four.state_dict().items()}
    )
    input = strategies.numbers((2, 2, 3, 4, 6, 4), 0)
    masks = {"PartialConv": (2, 1, 3, 4, 6, 4), "MaskedConv": (2, 1, 3, 2, 3, 2)}
    mask = (strategies.numbers(masks[name], 1) > 0,) if name in masks else ()
    result = four(input, *mask)
    slices = [three(input[:, :, i], *(m[:, :, i] for m in mask)) for i in range(3)]
    torch.testing.assert_close(result, torch.stack(slices, 2))
    torch.testing.assert_close(four(input[0], *(m[0] for m in mask)), result[0])
