import copy
import pickle

import pytest
import strategies
import torch

import striate.functional as SF
import striate.nn as snn

MAX = {
    1: (snn.MaxPool1d, torch.nn.MaxPool1d),
    2: (snn.MaxPool2d, torch.nn.MaxPool2d),
    3: (snn.MaxPool3d, torch.nn.MaxPool3d),
}
AVG = {
    1: (snn.AvgPool1d, torch.nn.AvgPool1d),
    2: (snn.AvgPool2d, torch.nn.AvgPool2d),
    3: (snn.AvgPool3d, torch.nn.AvgPool3d),
}
NDIMS = pytest.mark.parametrize("ndim", [1, 2, 3])


@NDIMS
@pytest.mark.parametrize("pair", [MAX, AVG])
@pytest.mark.parametrize("arguments", [{}, {"stride": 1, "padding": 1}, {"ceil_mode": True}])
def test_same_as_torchs(ndim, pair, arguments):
    ours, torchs = (cls(2, **arguments) for cls in pair[ndim])
    assert isinstance(ours, type(torchs))
    input = strategies.numbers((2, 3, *(7,) * ndim), 0)
    torch.testing.assert_close(ours(input), torchs(input), rtol=0, atol=0)
    torch.testing.assert_close(ours(input[0]), torchs(input[0]), rtol=0, atol=0)
    if not (ndim == 1 and pair is AVG):  # torch's AvgPool1d turns its ints into tuples, its others do not
        assert repr(ours) == repr(torchs)


@NDIMS
def test_what_torch_lacks(ndim):
    input = strategies.numbers((2, 3, *(7,) * ndim), 0)
    kernel = (3,) * ndim
    layers = [
        (MAX[ndim][0](3, 2, "same"), SF.max_pool(input, kernel, 2, "same")),
        (MAX[ndim][0](3, 2, ((2, 0),) * ndim, dilation=2), SF.max_pool(input, kernel, 2, ((2, 0),) * ndim, 2)),
        (AVG[ndim][0](3, 2, "same_lower"), SF.avg_pool(input, kernel, 2, "same_lower")),
        (AVG[ndim][0](3, 1, dilation=2), SF.avg_pool(input, kernel, 1, dilation=2)),
        (AVG[ndim][0](3, divisor_override=2), SF.avg_pool(input, kernel, divisor_override=2)),
        (snn.GlobalMaxPool(), SF.global_max_pool(input)),
        (snn.GlobalAvgPool(keepdim=False), SF.global_avg_pool(input, keepdim=False)),
    ]
    for layer, expected in layers:
        for twin in (layer, copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
            torch.testing.assert_close(twin(input), expected, rtol=0, atol=0)


def test_indices_and_repr():
    values, indices = snn.MaxPool2d(2, return_indices=True)(strategies.numbers((1, 2, 4, 4), 0))
    assert values.shape == indices.shape == (1, 2, 2, 2)
    assert (
        repr(snn.AvgPool2d(3, 1, "same", dilation=2)) == "AvgPool2d(kernel_size=3, stride=1, padding=same, dilation=2)"
    )
    assert repr(snn.GlobalAvgPool()) == "GlobalAvgPool()"
    assert repr(snn.GlobalMaxPool(keepdim=False)) == "GlobalMaxPool(keepdim=False)"


@pytest.mark.parametrize("cls", [snn.MaxPool2d, snn.AvgPool2d])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_size": 0}, "kernel_size must be at least 1, but got 0"),
        ({"kernel_size": (2, 2, 2)}, "kernel_size must be an int or 2 ints, one an axis, but got 3"),
        ({"kernel_size": 2, "stride": 0}, "stride must be at least 1, but got 0"),
        ({"kernel_size": 2, "padding": "half"}, "padding must be one of 'valid', .* but got 'half'"),
    ],
)
def test_wrong_arguments_are_named_at_construction(cls, arguments, message):
    with pytest.raises(ValueError, match=message):
        cls(**arguments)
