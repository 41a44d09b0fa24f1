"""The transposed layers: torch.nn's where torch knows the arguments, and their function everywhere."""

import copy
import pickle

import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF
import striate.nn as snn
from striate import explain_plan, use_kernel

OURS = {1: snn.ConvTranspose1d, 2: snn.ConvTranspose2d, 3: snn.ConvTranspose3d}
LAZY = {1: snn.LazyConvTranspose1d, 2: snn.LazyConvTranspose2d, 3: snn.LazyConvTranspose3d}
TORCHS = {1: torch.nn.ConvTranspose1d, 2: torch.nn.ConvTranspose2d, 3: torch.nn.ConvTranspose3d}
NDIMS = pytest.mark.parametrize("ndim", [1, 2, 3])
KNOWN_TO_TORCH = [
    {},
    {"stride": 2, "padding": 1, "output_padding": 1, "dilation": 2, "groups": 2, "bias": False},
    {"dtype": torch.float64, "padding": 2},
]


@NDIMS
@pytest.mark.parametrize("arguments", KNOWN_TO_TORCH)
def test_same_seed_same_weights_same_output_same_repr(ndim, arguments):
    layers = []
    for cls in (OURS[ndim], TORCHS[ndim]):
        torch.manual_seed(0)
        layers.append(cls(4, 6, 3, **arguments))
    ours, torchs = layers
    assert isinstance(ours, TORCHS[ndim])
    assert str(ours.load_state_dict(torchs.state_dict(), strict=True)) == "<All keys matched successfully>"
    assert str(torchs.load_state_dict(ours.state_dict(), strict=True)) == "<All keys matched successfully>"
    assert repr(ours) == repr(torchs)
    for name in set(vars(torchs)) - {"_parameters"}:
        assert getattr(ours, name) == getattr(torchs, name), name
    input = strategies.numbers((2, 4, *(5,) * ndim), 1, arguments.get("dtype", torch.float32))
    with use_kernel("torch"):
        torch.testing.assert_close(ours(input), torchs(input), rtol=0, atol=0)


@given(strategies.problems(ranks=(1, 2, 3, 4), largest=6), strategies.seeds, st.booleans())
def test_a_layer_is_its_function(drawn, seed, flip):
    problem, padding = drawn
    torch.manual_seed(seed)
    window = (problem.stride, padding, 0, problem.groups)
    border = {"dilation": problem.dilation, "padding_mode": problem.modes, "flip": flip}
    layer = snn.ConvTransposeNd(
        len(problem.size), problem.out_channels, problem.in_channels, problem.kernel, *window, **border
    )
    size = SF.conv(
        torch.empty(problem.input_shape, device="meta"),
        layer.weight.to("meta"),
        None,
        problem.stride,
        padding,
        problem.dilation,
        problem.groups,
    ).shape
    input = strategies.numbers(size, seed)
    expected = SF.conv_transpose(input, layer.weight, layer.bias, *window, **border, output_size=problem.size)
    torch.testing.assert_close(layer(input, problem.size), expected, rtol=0, atol=0)
    torch.testing.assert_close(layer(input, expected.shape), expected, rtol=0, atol=0)
    for twin in (pickle.loads(pickle.dumps(layer)), copy.deepcopy(layer)):
        torch.testing.assert_close(twin(input, list(problem.size)), expected, rtol=0, atol=0)


@NDIMS
def test_lazy_forms_become_the_layer(ndim):
    lazy = LAZY[ndim](6, 3, 2, "same", groups=2, padding_mode="symmetric")
    assert isinstance(lazy.weight, torch.nn.UninitializedParameter)
    torch.manual_seed(3)
    input = strategies.numbers((2, 4, *(4,) * ndim), 1)
    result = lazy(input)
    assert type(lazy) is OURS[ndim]
    assert result.shape == (2, 6, *(8,) * ndim)
    torch.manual_seed(3)
    eager = OURS[ndim](4, 6, 3, 2, "same", groups=2, padding_mode="symmetric")
    torch.testing.assert_close(result, eager(input), rtol=0, atol=0)
    assert LAZY[ndim](6, 3, bias=False).bias is None


def test_repr_shows_what_torch_does_not_know():
    layer = snn.ConvTranspose2d(3, 4, 3, 2, ((0, 1), (2, 0)), padding_mode=("circular", "zeros"), flip=True)
    assert repr(layer) == (
        "ConvTranspose2d(3, 4, kernel_size=(3, 3), stride=(2, 2), padding=((0, 1), (2, 0)), "
        "padding_mode=('circular', 'zeros'), flip=True)"
    )
    assert "padding=same" in repr(snn.ConvTranspose1d(1, 1, 3, 2, "same"))


def test_a_border_is_planned_for_our_kernels(capsys):
    layer = snn.ConvTranspose2d(4, 4, 3, 2, "same", padding_mode="circular")
    explain_plan(layer, torch.zeros(1, 4, 8, 8))
    assert capsys.readouterr().out.startswith("b1 c4 o4 i16x16 k3x3 s2x2 p0:1x0:1 mcircular\n")
    input = strategies.numbers((1, 4, 8, 8), 0)
    with use_kernel("reference"):
        expected = layer(input)
    torch.testing.assert_close(layer(input), expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_size": 0}, "kernel_size must be at least 1, but got 0"),
        ({"stride": (2, 2, 2)}, "stride must be an int or 2 ints, one an axis, but got 3"),
        ({"groups": 3}, "in_channels must be divisible by groups, but 4 is not divisible by 3"),
        ({"padding": "half"}, "padding must be one of 'valid', .* but got 'half'"),
        ({"padding_mode": "edge"}, "padding_mode must be one of 'zeros', .* but got 'edge'"),
        ({"output_padding": 1}, "output_padding must be at least 0 and smaller than the larger of stride 1"),
        ({"output_padding": 1, "padding": "same", "stride": 2}, "output_padding must be 0 with padding 'same'"),
    ],
)
def test_wrong_arguments_are_named_at_construction(arguments, message):
    with pytest.raises(ValueError, match=message):
        snn.ConvTranspose2d(4, 6, **{"kernel_size": 3, **arguments})
