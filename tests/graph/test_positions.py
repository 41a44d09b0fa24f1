"""The positions that a unit needs, against the gradient of drawn networks."""

from copy import deepcopy

import numpy as np
import pytest
import torch
from hypothesis import assume, given, reject
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

import striate.nn as snn
from striate.graph import needed, record


class Joined(nn.Module):
    """Two branches of one size, added or side by side; the second may be a gate of one number."""

    def __init__(self, first, second, how):
        super().__init__()
        self.first, self.second, self.how = first, second, how

    def forward(self, x):
        one, two = self.first(x), self.second(x)
        if self.how == "cat":
            return torch.cat([one, two], dim=1)[:, : one.shape[1]] + torch.cat([one, two], dim=1)[:, one.shape[1] :]
        return one + two


class Called(nn.Module):
    """A function as a layer among others, but in a container's code."""

    def __init__(self, function):
        super().__init__()
        self.inner = nn.Identity()
        self.function = function

    def forward(self, x):
        return self.function(self.inner(x))


def pair(values):
    return st.tuples(values, values)


BORDERS = ("zeros", "reflect", "symmetric", "replicate", "circular")


@st.composite
def convolutions(draw, ndim):
    words = st.sampled_from(["valid", "same", "same_lower", "full", "causal"])
    amounts = st.tuples(*[pair(st.integers(0, 3))] * ndim)
    padding, border = draw(words | amounts), draw(st.sampled_from(BORDERS))
    window = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    return snn.ConvNd(ndim, 2, 2, *window, padding=padding, dilation=draw(st.integers(1, 2)), padding_mode=border)


@st.composite
def joins(draw, ndim):
    first = snn.ConvNd(ndim, 2, 2, draw(st.sampled_from([1, 3])), padding="same", dilation=draw(st.integers(1, 2)))
    wide = snn.ConvNd(ndim, 2, 2, 5, padding="same")
    second = draw(st.sampled_from([nn.Identity(), wide, snn.GlobalAvgPool()]))
    how = "add" if isinstance(second, snn.GlobalAvgPool) else draw(st.sampled_from(["add", "cat"]))
    return Joined(first, second, how)


def functions(ndim):
    linear = "linear" if ndim == 1 else "bilinear"
    amounts = [2, 1, 0, 2][: 2 * ndim]
    return st.sampled_from(
        [
            Called(lambda x: F.interpolate(x, scale_factor=2, mode=linear, align_corners=False)),
            Called(lambda x: F.interpolate(x, scale_factor=2, mode=linear, align_corners=True)),
            Called(lambda x: F.pad(x, amounts, mode="replicate")),
            Called(lambda x: x.flip(-1)),
            Called(lambda x: x[..., 1::2]),
            Called(lambda x: torch.roll(x, 1, dims=2)),
            Called(lambda x: x.unsqueeze(-1).expand(*x.shape, 2).reshape(*x.shape[:-1], -1)),
        ]
    )


def layers(ndim, positive):
    two = ndim == 2
    linear = convolutions(ndim) | joins(ndim) | functions(ndim)
    linear |= st.builds(
        nn.Conv2d if two else nn.Conv1d,
        *map(st.just, (2, 2, 3)),
        stride=st.integers(1, 2),
        padding=st.just(1),
        padding_mode=st.sampled_from(["zeros", "circular", "replicate"]),
    )
    linear |= st.builds(nn.AvgPool2d if two else nn.AvgPool1d, st.just(2), st.integers(1, 2), ceil_mode=st.booleans())
    linear |= st.builds(nn.AdaptiveAvgPool2d if two else nn.AdaptiveAvgPool1d, st.integers(1, 5))
    linear |= st.builds(nn.Upsample, scale_factor=st.sampled_from([1.5, 2, 3]))
    window = st.integers(1, 3)
    linear |= st.builds(
        snn.ConvTransposeNd, st.just(ndim), st.just(2), st.just(2), window, window, dilation=st.integers(1, 2)
    )
    if positive:
        return linear
    return linear | st.builds(snn.MaxPoolNd, st.just(ndim), st.just(3), st.just(2), st.just("same")) | st.builds(nn.ELU)


@st.composite
def networks(draw, positive=False):
    ndim = draw(st.integers(1, 2))
    model = nn.Sequential(*map(deepcopy, draw(st.lists(layers(ndim, positive), min_size=1, max_size=4)))).double()
    generator = torch.Generator().manual_seed(draw(st.integers(0, 99)))
    for parameter in model.parameters():
        low = 0.5 if positive else -1.0
        parameter.data = low + (1 - low) * torch.rand(parameter.shape, generator=generator, dtype=torch.float64)
    size = [draw(st.integers(5, 12)) for _ in range(ndim)]
    return model, torch.rand(1, 2, *size, generator=generator, dtype=torch.float64)


def both(model, image, draw):
    """What the graph says that a unit needs, and where its gradient is not zero, an axis each."""
    try:
        recording = record(model, image)
    except ValueError:
        reject()  # a window larger than what is left
    made = recording.values[recording.outputs[0]]
    assume(0 not in made.shape)
    unit = [draw(st.integers(0, size - 1)) for size in made.shape[2:]]
    flags = [np.eye(size, dtype=bool)[place] for size, place in zip(made.shape[2:], unit, strict=True)]
    read = needed(recording, made.index, flags).get(recording.source)
    source = image.clone().requires_grad_()
    output = model(source)[(slice(None), slice(None), *unit)].sum()
    (gradient,) = torch.autograd.grad(output, source, allow_unused=True, materialize_grads=True)
    felt = (gradient[0] != 0).any(0).numpy()
    axes = range(felt.ndim)
    moved = [felt.any(axis=tuple(other for other in axes if other != axis)) for axis in axes]
    assert recording.unknown == ()
    return read or [np.zeros(size, dtype=bool) for size in felt.shape], moved


@given(networks(), st.data())
def test_no_gradient_lies_outside(network, data):
    found = both(*network, data.draw)
    for read, felt in zip(*found, strict=True):
        assert not (felt & ~read).any()


@given(networks(positive=True), st.data())
def test_with_positive_weights_all_of_it_is_felt(network, data):
    found = both(*network, data.draw)
    for read, felt in zip(*found, strict=True):
        assert np.array_equal(felt, read)


def test_what_only_padding_reads_needs_nothing():
    model = nn.Sequential(nn.Conv2d(1, 1, 1, padding=2))
    recording = record(model, torch.zeros(1, 1, 3, 3))
    corner = [np.eye(7, dtype=bool)[0], np.eye(7, dtype=bool)[3]]
    assert recording.source not in needed(recording, recording.outputs[0], corner)


def test_attention_needs_everything():
    class Attended(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 4, stride=4)
            self.attention = nn.MultiheadAttention(4, 2, batch_first=True)

        def forward(self, x):
            tokens = self.conv(x).flatten(2).transpose(1, 2)
            mixed = self.attention(tokens, tokens, tokens)[0]
            return mixed.transpose(1, 2).reshape(len(x), 4, 4, 4)

    recording = record(Attended(), torch.randn(2, 3, 16, 16))
    assert recording.unknown == ()
    made = recording.values[recording.outputs[0]]
    assert [made.size(axis) for axis in (0, 1)] == [4, 4]
    tokens = recording.operations[2].outputs[0]
    assert [reach.field.size for reach in recording.reaches[tokens]] == [4, 4]
    read = needed(recording, made.index, [np.eye(4, dtype=bool)[1]] * 2)[recording.source]
    assert all(flags.all() for flags in read)


@pytest.mark.parametrize(
    ("layer", "size"),
    [
        (snn.MixedDilationConv2d(2, 3, 3, dilations=(1, 2, 3)), 7),
        (snn.ResizeConv2d(2, 2, 3), 2),  # three of its taps stand over two elements
        (snn.SeparableConv2d(2, 2, 5, padding=2), 5),
        (snn.SpatialSeparableConv2d(2, 2, 3), 3),
        (snn.LocallyConnected2d(2, 2, 3, input_size=12), 3),
        (snn.LocallyConnectedTranspose2d(2, 2, 3, input_size=12), 3),
        (snn.PartialConv2d(2, 2, 3), 3),
        (snn.MaskedConv2d(2, 2, 3), 3),
        (snn.CausalConv2d(2, 2, 3, axis=0), 3),
        (snn.DepthwiseConv2d(2, 3, padding="same"), 3),
        (snn.BlurPool2d(3), 3),
        (snn.MaxBlurPool2d(2), 4),
        (snn.LpPool2d(2, 3), 3),
        (snn.MinPool2d(3), 3),
        (snn.Unpool2d(2), 1),
        (snn.AdaptiveLpPool2d(2, 3), 4),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else str(value),
)
def test_striate_s_own_layers_are_known(layer, size):
    recording = record(nn.Sequential(layer), torch.rand(1, 2, 12, 12))
    assert recording.unknown == ()
    assert [reach.field.size for reach in recording.reaches[recording.outputs[0]]] == [size] * 2
    assert len(recording.operations) == (2 if isinstance(layer, snn.SeparableConv2d) else 1)
