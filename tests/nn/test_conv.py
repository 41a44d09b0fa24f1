import copy
import pickle

import pytest
import strategies
import torch
from hypothesis import given

import striate.functional as SF
import striate.nn as snn
from striate import use_kernel

OURS = {1: snn.Conv1d, 2: snn.Conv2d, 3: snn.Conv3d}
LAZY = {1: snn.LazyConv1d, 2: snn.LazyConv2d, 3: snn.LazyConv3d}
TORCHS = {1: torch.nn.Conv1d, 2: torch.nn.Conv2d, 3: torch.nn.Conv3d}
NDIMS = pytest.mark.parametrize("ndim", [1, 2, 3])
KNOWN_TO_TORCH = [
    {},
    {"stride": 2, "padding": 1, "dilation": 2, "groups": 2, "bias": False},
    {"padding": "same", "padding_mode": "reflect"},
    {"padding": "valid", "dtype": torch.float64},
    {"padding": 2, "padding_mode": "circular"},
]


def both(ndim, arguments, seed=0):
    layers = []
    for cls in (OURS[ndim], TORCHS[ndim]):
        torch.manual_seed(seed)
        layers.append(cls(4, 6, 3, **arguments))
    return layers


@NDIMS
@pytest.mark.parametrize("arguments", KNOWN_TO_TORCH)
def test_same_seed_same_weights_same_output_same_repr(ndim, arguments):
    ours, torchs = both(ndim, arguments)
    assert isinstance(ours, TORCHS[ndim])
    for name, tensor in torchs.state_dict().items():
        torch.testing.assert_close(ours.state_dict()[name], tensor, rtol=0, atol=0)
    assert repr(ours) == repr(torchs)
    input = strategies.numbers((2, 4, *(9,) * ndim), 1, arguments.get("dtype", torch.float32))
    torch.testing.assert_close(ours(input), torchs(input))
    with use_kernel("torch"):
        torch.testing.assert_close(ours(input), torchs(input), rtol=0, atol=0)


@NDIMS
@pytest.mark.parametrize("arguments", KNOWN_TO_TORCH)
def test_attributes_are_torchs(ndim, arguments):
    ours, torchs = both(ndim, arguments)
    hidden = {"_parameters"}
    for name in set(vars(torchs)) - hidden:
        assert getattr(ours, name) == getattr(torchs, name), name


@NDIMS
def test_state_dicts_load_strictly_both_ways(ndim):
    ours, _ = both(ndim, {}, seed=1)
    _, torchs = both(ndim, {}, seed=2)
    assert not torch.equal(ours.weight, torchs.weight)
    kept = torchs.weight.clone()
    assert str(ours.load_state_dict(torchs.state_dict(), strict=True)) == "<All keys matched successfully>"
    assert torch.equal(ours.weight, kept)
    torchs.weight.data.zero_()
    torchs.load_state_dict(ours.state_dict(), strict=True)
    assert torch.equal(torchs.weight, kept)


@given(strategies.problems(ranks=(1, 2, 3, 4)), strategies.seeds)
def test_a_layer_is_its_function(drawn, seed):
    problem, padding = drawn
    torch.manual_seed(seed)
    layer = snn.ConvNd(
        len(problem.size),
        problem.in_channels,
        problem.out_channels,
        problem.kernel,
        problem.stride,
        padding,
        problem.dilation,
        problem.groups,
        padding_mode=problem.modes,
        padding_value=problem.value,
    )
    input = strategies.numbers(problem.input_shape, seed)
    expected = SF.conv(
        input,
        layer.weight,
        layer.bias,
        problem.stride,
        padding,
        problem.dilation,
        problem.groups,
        padding_mode=problem.modes,
        padding_value=problem.value,
    )
    torch.testing.assert_close(layer(input), expected, rtol=0, atol=0)
    torch.testing.assert_close(pickle.loads(pickle.dumps(layer))(input), expected, rtol=0, atol=0)


@NDIMS
def test_lazy_forms_become_the_layer(ndim):
    lazy = LAZY[ndim](6, 3, padding="same_lower", stride=2, padding_mode="symmetric", groups=2)
    assert isinstance(lazy.weight, torch.nn.UninitializedParameter)
    torch.manual_seed(3)
    input = strategies.numbers((2, 4, *(9,) * ndim), 1)
    result = lazy(input)
    assert type(lazy) is OURS[ndim]
    assert result.shape == (2, 6, *(5,) * ndim)
    torch.manual_seed(3)
    eager = OURS[ndim](4, 6, 3, padding="same_lower", stride=2, padding_mode="symmetric", groups=2)
    torch.testing.assert_close(result, eager(input), rtol=0, atol=0)
    assert LAZY[ndim](6, 3, bias=False).bias is None


def test_copies_hooks_and_parametrizations():
    layer = snn.Conv2d(3, 4, 3, padding=((0, 1), (2, 0)), padding_mode="constant", padding_value=0.5)
    input = strategies.numbers((1, 3, 6, 6), 0)
    twin = copy.deepcopy(layer)
    torch.testing.assert_close(twin(input), layer(input), rtol=0, atol=0)
    assert twin.weight is not layer.weight
    seen = []
    layer.register_forward_hook(lambda module, _, output: seen.append((module, output.shape)))
    layer(input)
    assert seen == [(layer, (1, 4, 5, 6))]
    torch.nn.utils.parametrizations.weight_norm(twin)
    torch.testing.assert_close(twin(input), layer(input))


def test_meta_device_and_skip_init():
    assert snn.Conv2d(3, 4, 3, padding="same", device="meta")(torch.empty(1, 3, 5, 5, device="meta")).shape == (
        1,
        4,
        5,
        5,
    )
    assert torch.nn.utils.skip_init(snn.Conv2d, 3, 4, 3).weight.shape == (4, 3, 3, 3)


def test_channels_last_goes_in_and_out():
    layer = snn.Conv2d(4, 8, 3, padding="same").to(memory_format=torch.channels_last)
    input = strategies.numbers((2, 4, 6, 6), 0).contiguous(memory_format=torch.channels_last)
    assert layer(input).is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("lazy", [False, True])
def test_flip_reverses_the_kernel(lazy):
    layer = (
        snn.LazyConv2d(4, 3, padding="causal", flip=True) if lazy else snn.Conv2d(3, 4, 3, padding="causal", flip=True)
    )
    input = strategies.numbers((2, 3, 6, 6), 0)
    result = layer(input)
    expected = SF.conv2d(input, layer.weight.flip((2, 3)), layer.bias, padding="causal")
    torch.testing.assert_close(result, expected, rtol=0, atol=0)
    assert repr(layer).endswith("padding=causal, flip=True)")
    assert not snn.Conv2d.flip  # what a layer of torch.nn's that became ours has


def test_repr_shows_what_torch_does_not_know():
    layer = snn.Conv2d(3, 4, 3, padding=((0, 1), (2, 0)), padding_mode=("constant", "zeros"), padding_value=0.5)
    assert repr(layer) == (
        "Conv2d(3, 4, kernel_size=(3, 3), stride=(1, 1), padding=((0, 1), (2, 0)), "
        "padding_mode=('constant', 'zeros'), padding_value=0.5)"
    )
    assert "padding=same" in repr(snn.Conv1d(1, 1, 3, stride=2, padding="same"))
    assert snn.ConvNd(5, 1, 1, 1).ndim == 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_size": 0}, "kernel_size must be at least 1, but got 0"),
        ({"kernel_size": 3, "stride": 0}, "stride must be at least 1, but got 0"),
        ({"kernel_size": 3, "dilation": 0}, "dilation must be at least 1, but got 0"),
        ({"kernel_size": (3, 3, 3)}, "kernel_size must be an int or 2 ints, one an axis, but got 3"),
        ({"kernel_size": 3, "groups": 3}, "in_channels must be divisible by groups, but 4 is not divisible by 3"),
        ({"kernel_size": 3, "groups": 4}, "out_channels must be divisible by groups, but 6 is not divisible by 4"),
        ({"kernel_size": 3, "groups": 0}, "groups must be at least 1, but got 0"),
        ({"kernel_size": 3, "padding": "half"}, "padding must be one of 'valid', .* but got 'half'"),
        ({"kernel_size": 3, "padding_mode": "edge"}, "padding_mode must be one of 'zeros', .* but got 'edge'"),
        ({"kernel_size": 3, "padding_value": 1.0}, "padding_value 1.0 needs padding_mode 'constant', but got 'zeros'"),
    ],
)
def test_wrong_arguments_are_named_at_construction(arguments, message):
    with pytest.raises(ValueError, match=message):
        snn.Conv2d(4, 6, **arguments)
